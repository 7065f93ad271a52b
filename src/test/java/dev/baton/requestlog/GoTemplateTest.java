package dev.baton.requestlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds templates to what Go's text/template makes of them: integration/requestlog/golden.go has written it down. */
class GoTemplateTest {
    @TestFactory
    Stream<DynamicTest> linesAreThoseOfGo() throws IOException {
        JsonNode golden =
                JsonMapper.shared().readTree(Files.readAllBytes(Path.of("src/test/resources/requestlog/golden.json")));
        JsonNode revision = golden.get("Revision");
        RevisionView view = new RevisionView(
                revision.get("Name").asString(),
                revision.get("Namespace").asString(),
                revision.get("Service").asString(),
                revision.get("Configuration").asString(),
                revision.get("PodName").asString(),
                revision.get("PodIP").asString());
        List<Entry> entries = golden.get("Exchanges")
                .valueStream()
                .map(exchange -> entry(exchange, view))
                .toList();
        return golden.get("Outcomes").valueStream().map(outcome -> {
            String template = new String(octets(outcome, "Template"), UTF_8);
            int exchange = outcome.get("Exchange").asInt();
            return DynamicTest.dynamicTest(exchange + " " + template, () -> {
                String found = line(template.endsWith("\n") ? template : template + "\n", entries.get(exchange));
                assertThat(found).isEqualTo(expected(outcome));
            });
        });
    }

    private static String expected(JsonNode outcome) {
        return outcome.get("Kind").asString().equals("bad-template")
                ? "bad template"
                : new String(octets(outcome, "Line"), ISO_8859_1);
    }

    private static String line(String template, Entry entry) {
        try {
            return new String(GoTemplate.compile(template).line(entry), ISO_8859_1);
        } catch (TemplateException e) {
            return "bad template";
        }
    }

    private static byte[] octets(JsonNode node, String name) {
        return Base64.getDecoder().decode(node.get(name).asString());
    }

    /** The exchange as the handlers of the main port would show it. */
    private static Entry entry(JsonNode exchange, RevisionView revision) {
        String[] lines = new String(octets(exchange, "Raw"), ISO_8859_1).split("\r\n", -1);
        String[] start = lines[0].split(" ", -1);
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (int i = 1; !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            headers.add(
                    lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
            if (i + 1 == lines.length) {
                break;
            }
        }
        var request =
                new DefaultHttpRequest(HttpVersion.valueOf(start[2]), HttpMethod.valueOf(start[0]), start[1], headers);
        return new Entry(
                RequestLogHandler.view(
                        request,
                        exchange.get("Remote").asString(),
                        request.protocolVersion(),
                        exchange.get("TLS").asBoolean(),
                        true),
                new ResponseView(
                        exchange.get("Code").asInt(),
                        exchange.get("Size").asLong(),
                        exchange.get("Latency").asDouble()),
                revision,
                RequestLogHandler.traceId(headers));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{range .Request.Header}}{{.}}{{end}}",
                "{{$x := 1}}",
                "{{$x}}",
                "{{if $x := .TraceID}}{{end}}",
                "{{define \"a\"}}{{end}}",
                "{{template \"a\"}}",
                "{{block \"a\" .}}{{end}}",
                "{{break}}",
                "{{continue}}",
                "{{slice .TraceID 1}}",
                "{{call .X}}",
                "{{.Request.Cookies}}",
                "{{$.Request.FormValue \"a\"}}",
                "{{.Request.URL.Query}}",
                "{{1i}}"
            })
    void whatIsNotSupportedIsSaidAtTheStart(String template) {
        assertThatThrownBy(() -> GoTemplate.compile(template)).isInstanceOf(TemplateException.class);
    }

    @Test
    void deepNestingIsRefusedInsteadOfEndingTheThread() {
        String ifs = "{{if 1}}".repeat(10_000) + "{{end}}".repeat(10_000);
        String parens = "{{" + "(".repeat(10_000) + "1" + ")".repeat(10_000) + "}}";
        String elses = "{{if 1}}" + "{{else if 1}}".repeat(10_000) + "{{end}}";

        for (String template : List.of(ifs, parens, elses)) {
            assertThatThrownBy(() -> GoTemplate.compile(template))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageContaining("deep");
        }
    }
}
