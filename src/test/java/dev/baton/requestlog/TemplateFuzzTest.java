package dev.baton.requestlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** Any template for any request: it is refused when it is compiled, or gives every request a line; the same one twice. */
class TemplateFuzzTest {
    /** Beyond what any log takes, and below what printf's widths may add up to. */
    private static final int LINE_BYTES_MAX = 64 << 20;

    private static final RevisionView REVISION = new RevisionView("r-1", "ns", "s", "c", "pod", "10.0.0.1");

    /** @param input target and User-Agent, each on a line of its own, then the template */
    @FuzzTest
    void template(byte[] input) {
        String[] parts = new String(input, StandardCharsets.ISO_8859_1).split("\n", 3);
        // No other target passes the guard.
        if (parts.length < 3 || parts[0].isEmpty() || parts[0].chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
            return;
        }
        GoTemplate template;
        try {
            template = GoTemplate.compile(
                    new String(parts[2].getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        } catch (TemplateException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        var headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add("Host", "app.test")
                .add("User-Agent", parts[1])
                .add("X-Two", "a")
                .add("X-Two", "b");
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, parts[0], headers);
        Entry entry = new Entry(
                RequestLogHandler.view(request, "10.0.0.2:1", HttpVersion.HTTP_1_1, false, true),
                new ResponseView(200, 5, 0.00125),
                REVISION,
                RequestLogHandler.traceId(headers));
        byte[] line = template.line(entry);
        assertThat(line.length).isLessThan(LINE_BYTES_MAX);
        assertThat(template.line(entry)).isEqualTo(line);
    }
}
