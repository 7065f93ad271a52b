package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One line for each request that is over, whatever became of it. What templates can say is tested beside them. */
final class RequestLogTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String SHORT =
            "{{.Request.Method}} {{.Request.RequestURI}} {{.Request.ContentLength}} {{.Request.Proto}}"
                    + " {{.Response.Code}} {{.Response.Size}} {{.Request.Host}} {{.Request.Header.Get \\\"X-A\\\"}}";

    private static ProxyFixture logging(Program program, String template, String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "OBSERVABILITY_CONFIG";
        all[settings.length + 1] = "{\"enableRequestLog\":true"
                + (template.isEmpty() ? "" : ",\"requestLogTemplate\":\"" + template + "\"") + "}";
        return new ProxyFixture(program, all);
    }

    private static void lines(ProxyFixture proxy, String... wanted) {
        Await.until("the lines are written", () -> proxy.requestLog.size() >= wanted.length);
        assertThat(proxy.requestLog)
                .containsExactly(
                        java.util.Arrays.stream(wanted).map(line -> line + "\n").toArray(String[]::new));
    }

    @Test
    void theDefaultTemplateIsKnatives() {
        try (ProxyFixture proxy = logging(Program.answering(OK), "");
                Wire client = proxy.connect()) {
            client.request(
                    "POST",
                    "/a?b=<c>",
                    "User-Agent: x\"y",
                    "Referer: http://r/",
                    "Content-Length: 2",
                    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            client.send("ab");
            client.response();
            Await.until("the line is written", () -> !proxy.requestLog.isEmpty());
            assertThat(proxy.requestLog)
                    .singleElement()
                    .asString()
                    .matches(
                            """
                    \\{"httpRequest": \\{"requestMethod": "POST", "requestUrl": "/a\\?b\\\\u003D\\\\u003Cc\\\\u003E", \
                    "requestSize": "2", "status": 200, "responseSize": "5", "userAgent": "x\\\\"y", \
                    "remoteIp": "127\\.0\\.0\\.1:%d", "serverIp": "127\\.0\\.0\\.1", "referer": "http://r/", \
                    "latency": "[0-9.e-]+s", "protocol": "HTTP/1\\.1"\\}, "traceId": "0af7651916cd43dd8448eb211c80319c"\\}
                    """
                                    .formatted(client.socket.getLocalPort()));
        }
    }

    @Test
    void everyRequestOfAConnectionHasItsLineWithTheHeadThatItCameWith() {
        try (ProxyFixture proxy = logging(Program.answering(OK), SHORT);
                Wire client = proxy.connect()) {
            client.request("GET", "/1", "X-A: 1", "Connection: X-A", "K-Original-Host: other");
            client.send("POST /2 HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
            client.send("GET http://c:81/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            client.rest(3);
            lines(
                    proxy,
                    "GET /1 0 HTTP/1.1 200 5 app.test 1",
                    "POST /2 -1 HTTP/1.1 200 5 b ",
                    "GET http://c:81/3 0 HTTP/1.0 200 5 c:81 ");
        }
    }

    @Test
    void answersOfTheSidecarAreLoggedToo() {
        try (ProxyFixture proxy = logging(new Program(Wire::request), SHORT)) {
            assertThat(proxy.get("/").status()).isEqualTo(502);
            lines(proxy, "GET / 0 HTTP/1.1 502 4 app.test ");
        }
        try (ProxyFixture proxy = logging(Program.echo(), SHORT, "REVISION_TIMEOUT_SECONDS", "0")) {
            assertThat(proxy.get("/").status()).isEqualTo(504);
            lines(proxy, "GET / 0 HTTP/1.1 504 15 app.test ");
        }
    }

    @ParameterizedTest
    @CsvSource({"User-Agent, kube-probe/1.30", "K-Network-Probe, queue", "K-Kubelet-Probe, x"})
    void probesAreLoggedOnlyWhenAskedFor(String field, String value) {
        String probe = field + ": " + value;
        try (ProxyFixture proxy = logging(Program.answering(OK), SHORT)) {
            proxy.get("/healthz", probe);
            proxy.get("/");
            lines(proxy, "GET / 0 HTTP/1.1 200 5 app.test ");
        }
        try (ProxyFixture proxy = new ProxyFixture(
                Program.answering(OK),
                "OBSERVABILITY_CONFIG",
                "{\"enableRequestLog\":true,\"enableProbeRequestLog\":true,\"requestLogTemplate\":\"{{.Request.RequestURI}}\"}")) {
            proxy.get("/healthz", probe);
            lines(proxy, "/healthz");
        }
    }

    @Test
    void aResponseThatIsCutInTheMiddleIsA500OfSize0() {
        Program program = new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\nhello");
        });
        try (ProxyFixture proxy = logging(program, SHORT);
                Wire client = proxy.connect()) {
            client.request("GET", "/").rest();
            lines(proxy, "GET / 0 HTTP/1.1 500 0 app.test ");
        }
    }

    @Test
    void aClientThatLeavesBeforeTheAnswerIsLoggedOnceAsA200() {
        try (ProxyFixture proxy = logging(
                new Program(wire -> {
                    wire.request();
                    wire.rest();
                }),
                SHORT)) {
            Wire client = proxy.connect().request("GET", "/");
            Await.until("the request has arrived", () -> proxy.arrived.get() == 1);
            client.reset();
            lines(proxy, "GET / 0 HTTP/1.1 200 0 app.test ");
        }
    }

    @Test
    void brokenFramingInABodyIsA400() {
        try (ProxyFixture proxy = logging(new Program(Wire::rest), SHORT);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            client.rest();
            lines(proxy, "POST / -1 HTTP/1.1 400 0 h ");
        }
    }

    @Test
    void aLargeBodyHasItsSizeWhicheverWayItGoes() {
        String megabytes = "x".repeat(3 << 20);
        try (ProxyFixture proxy = logging(
                        Program.answering("HTTP/1.1 200 OK\r\nContent-Length: " + (3 << 20) + "\r\n\r\n" + megabytes),
                        "{{.Response.Size}}");
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").response().text()).hasSize(3 << 20);
            lines(proxy, "3145728");
        }
    }

    @Test
    void interimAnswersAreNotTheAnswer() {
        try (ProxyFixture proxy = logging(
                        Program.answering(
                                "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc"),
                        SHORT);
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            client.response();
            lines(proxy, "GET / 0 HTTP/1.1 404 3 app.test ");
        }
    }

    @Test
    void anUpgradedConnectionIsLoggedWhenItEnds() {
        Program program = new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            wire.rest();
        });
        try (ProxyFixture proxy = logging(program, SHORT);
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/ws", "Connection: Upgrade", "Upgrade: echo")
                            .head()
                            .status())
                    .isEqualTo(101);
            client.send("octets");
            assertThat(proxy.requestLog).isEmpty();
            client.close();
            lines(proxy, "GET /ws 0 HTTP/1.1 101 0 app.test ");
        }
    }

    @Test
    void streamsOfHttp2HaveTheirVersion() throws Exception {
        try (ProxyFixture proxy = logging(
                        Program.answering(OK), "{{.Request.Proto}} {{.Request.RequestURI}} {{.Response.Code}}");
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + "/h2"))
                    .build();
            client.send(request, BodyHandlers.ofString());
            Await.until("the line is written", () -> !proxy.requestLog.isEmpty());
            assertThat(proxy.requestLog).first().asString().startsWith("HTTP/2.0 /h2 ");
        }
    }

    @Test
    void aTemplateThatDoesNotFitARequestIsSaidInItsLine() {
        try (ProxyFixture proxy = logging(Program.answering(OK), "before {{.Request.Nope}}")) {
            proxy.get("/x");
            Await.until("the line is written", () -> !proxy.requestLog.isEmpty());
            assertThat(proxy.requestLog)
                    .singleElement()
                    .asString()
                    .matches(
                            "Invalid request log template: method: GET, response code: 200, latency: [0-9.e-]+, url: /x\n");
        }
    }
}
