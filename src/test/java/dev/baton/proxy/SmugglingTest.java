package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test 24: a head that two parsers could read in two ways is refused, and nothing of it, nor of what follows, reaches the program.
 */
final class SmugglingTest {
    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private static Arguments refused(int status, String text, String... lines) {
        return Arguments.of(status, text, String.join("\r\n", lines));
    }

    static Stream<Arguments> heads() {
        String bad = "400 Bad Request";
        String badName = bad + ": invalid header name";
        String badHost = bad + ": malformed Host header";
        String badVersion = "505 HTTP Version Not Supported: unsupported protocol version";
        String badEncoding = "Unsupported transfer encoding";
        String get = "GET / HTTP/1.1";
        String post = "POST / HTTP/1.1";
        String host = "Host: app.test";
        String chunked = "Transfer-Encoding: chunked";
        return Stream.of(
                // Both lengths, in both orders.
                refused(400, bad, post, host, "Content-Length: 5", chunked, "", "0", "", ""),
                refused(400, bad, post, host, chunked, "Content-Length: 5", "", "0", "", ""),
                // Lengths.
                refused(400, bad, post, host, "Content-Length: 5", "Content-Length: 6", "", "hello"),
                refused(400, bad, post, host, "Content-Length: 5", "Content-Length: 5", "", "hello"),
                refused(400, bad, post, host, "Content-Length: 5, 5", "", "hello"),
                refused(400, bad, post, host, chunked, "Trailer: X-Sum, content-length", "", "0", "", ""),
                refused(400, bad, post, host, "Content-Length: +5", "", "hello"),
                refused(400, bad, post, host, "Content-Length: -5", "", "hello"),
                refused(400, bad, post, host, "Content-Length: 0x5", "", "hello"),
                refused(400, bad, post, host, "Content-Length: 5 5", "", "hello"),
                refused(400, bad, post, host, "Content-Length:", "", "hello"),
                refused(400, bad, post, host, "Content-Length: 99999999999999999999", "", "hello"),
                // Encodings.
                refused(501, badEncoding, post, host, "Transfer-Encoding: gzip", "", ""),
                refused(501, badEncoding, post, host, "Transfer-Encoding: gzip, chunked", "", "0", "", ""),
                refused(501, badEncoding, post, host, "Transfer-Encoding: chunked, identity", "", "0", "", ""),
                refused(501, badEncoding, post, host, "Transfer-Encoding: xchunked", "", "0", "", ""),
                refused(501, badEncoding, post, host, "Transfer-Encoding: \"chunked\"", "", "0", "", ""),
                refused(400, bad, post, host, "Transfer-Encoding: \u000bchunked", "", "0", "", ""),
                refused(501, badEncoding, post, host, chunked, chunked, "", "0", "", ""),
                refused(501, badEncoding, post, host, chunked, "Transfer-Encoding: identity", "", "0", "", ""),
                refused(501, badEncoding, post, host, "Transfer-Encoding:", "", "0", "", ""),
                refused(400, bad, "POST / HTTP/1.0", host, chunked, "", "0", "", ""),
                // Field names and white space.
                refused(400, badName, post, host, "Transfer-Encoding : chunked", "", "0", "", ""),
                refused(400, bad, post, host, "Content-Length\t: 5", "", "hello"),
                refused(400, bad, post, host, "X: a", " b: c", "", ""),
                refused(400, bad, post, host, "X: a", "\tTransfer-Encoding: chunked", "", "0", "", ""),
                refused(400, bad, post, " " + host, "", ""),
                refused(400, bad, get, host, ": empty", "", ""),
                refused(400, bad, get, host, "no colon", "", ""),
                refused(400, bad, get, host, "X(y): 1", "", ""),
                refused(400, bad, get, host, "X\u00e4: 1", "", ""),
                refused(400, bad, get, host, "X\u0000: 1", "", ""),
                refused(400, bad, get, host, "X: a\u0000b", "", ""),
                refused(400, bad, get, host, "X: a\rb", "", ""),
                refused(400, bad, get, host, "X: a\u0001b", "", ""),
                refused(400, bad, get, host, "X: a\u007fb", "", ""),
                // Hosts.
                refused(400, bad + ": missing required Host header", get, "", ""),
                refused(400, bad, get, host, "Host: other.test", "", ""),
                refused(400, bad, get, host, host, "", ""),
                refused(400, badHost, get, "Host: a b", "", ""),
                refused(400, badHost, get, "Host: a/b", "", ""),
                refused(400, badHost, get, "Host: user@a", "", ""),
                refused(400, badHost, get, "Host: a\"b", "", ""),
                refused(400, badHost, get, "Host: a\u00e4", "", ""),
                // Request lines.
                refused(400, bad, "GET  / HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /  HTTP/1.1", host, "", ""),
                refused(400, bad, "GET\t/ HTTP/1.1", host, "", ""),
                refused(400, bad, " GET / HTTP/1.1", host, "", ""),
                refused(400, bad, "GET / HTTP/1.1 ", host, "", ""),
                refused(400, bad, "GET / x HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /", host, "", ""),
                refused(400, bad, "GET / HTTP", host, "", ""),
                refused(400, bad, "GET / x", host, "", ""),
                refused(400, bad, "GET x y", host, "", ""),
                refused(400, bad, "FOO / x", host, "", ""),
                refused(400, bad, "FOO x HTTP", host, "", ""),
                refused(400, bad, "G(T / HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /a\u0000b HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /a\u007fb HTTP/1.1", host, "", ""),
                refused(400, bad, "GET a HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /%4 HTTP/1.1", host, "", ""),
                refused(400, bad, "GET /%zz?a HTTP/1.1", host, "", ""),
                refused(400, bad, "GET http://a/% HTTP/1.1", host, "", ""),
                refused(400, bad, "GET * HTTP/1.1", host, "", ""),
                refused(400, bad, "OPTIONS *x HTTP/1.1", host, "", ""),
                refused(400, bad, "GET ftp://a/ HTTP/1.1", host, "", ""),
                refused(400, bad, "GET http:///x HTTP/1.1", host, "", ""),
                refused(400, bad, "GET http://user@a/ HTTP/1.1", host, "", ""),
                refused(400, bad, "CONNECT a/b HTTP/1.1", host, "", ""),
                // Versions.
                refused(400, bad, "GET / http/1.1", host, "", ""),
                refused(400, bad, "GET / HTTP/1.1x", host, "", ""),
                refused(400, bad, "GET / HTTP/1.11", host, "", ""),
                refused(400, bad, "GET / HTTP/01.1", host, "", ""),
                refused(400, bad, "GET / HTTP/1", host, "", ""),
                refused(400, bad, "GET / HTPP/1.1", host, "", ""),
                refused(505, badVersion, "GET / HTTP/1.2", host, "", ""),
                refused(505, badVersion, "GET / HTTP/0.9", host, "", ""),
                refused(505, badVersion, "GET / HTTP/2.0", host, "", ""),
                refused(505, badVersion, "GET / HTTP/3.0", host, "", ""),
                // A dead websocket draft, which gives a request a body that no length announces.
                refused(
                        400,
                        bad,
                        get,
                        host,
                        "Upgrade: WebSocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Key1: 1",
                        "Sec-WebSocket-Key2: 2",
                        "",
                        "12345678"));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void anAmbiguousHeadIsRefusedAndTheConnectionClosed(int status, String text, String head) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            Wire.Message response = client.send(head + HIDDEN).response();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.text()).isEqualTo(text);
            assertThat(response.field("Connection")).isEqualTo("close");
            assertThat(response.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            if (status == 400) {
                assertThat(response.startLine()).isEqualTo("HTTP/1.1 " + text);
            }
            assertThat(client.rest()).as("an answer to what was hidden").isEmpty();
            assertThat(proxy.program.connections)
                    .as("connections to the program")
                    .hasValue(0);
        }
    }

    @ParameterizedTest
    @MethodSource("heads")
    void itIsRefusedAlsoOctetByOctetAndBehindARequestThatStillRuns(int status, String text, String head) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            client.send(HIDDEN);
            for (int i = 0; i < head.length(); i++) {
                client.send(head.substring(i, i + 1));
            }
            client.send(HIDDEN);
            assertThat(client.response().text()).startsWith("GET /hidden");
            Wire.Message response = client.response();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.text()).isEqualTo(text);
            assertThat(client.rest()).isEmpty();
        } catch (java.io.UncheckedIOException e) {
            // A write after the refusal may find the connection closed.
            assertThat(e.getCause()).hasMessageContaining("roken pipe");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
                "\nGET / HTTP/1.1\nHost: h\n\n",
                "GET / HTTP/1.1\r\nHost: h\n\r\n",
                "GET / HTTP/1.1\r\nHost:h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX:\r\nContent-Length: 0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n1234567",
                "GET / HTTP/1.1\r\nHost: h\r\ntransfer-ENCODING: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n",
            })
    void whatIsOddButClearPasses(String request) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.send(request).response().status()).isEqualTo(200);
            for (int i = 0; i < request.length(); i++) {
                client.send(request.substring(i, i + 1));
            }
            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"P", "PRI * HTTP/2.0", "GET / HT", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h\r\n"})
    void aHeadThatItsClientCutsShortIsRefused(String head) {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            Wire.Message response = client.send(head).end().response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(client.rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unexpected EOF|",
                "unexpected EOF|5\r\nhel",
                "unexpected EOF|5\r\nhello\r\n",
                "http: unexpected EOF reading trailer|0\r\n"
            })
    void aChunkedBodyThatItsClientCutsShortIsNeverWhole(String row) {
        String text = row.substring(0, row.indexOf('|'));
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            Wire.Message response = client.request("POST", "/", "Transfer-Encoding: chunked")
                    .send(row.substring(text.length() + 1))
                    .end()
                    .response();
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.text()).isEqualTo(text + "\n");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aConnectionThatEndsBetweenRequestsIsClosedWithoutAWord() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                            .response()
                            .status())
                    .isEqualTo(200);
            assertThat(client.end().rest()).isEmpty();
        }
    }

    @Test
    void aSecondEmptyLineIsNotTolerated() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.send("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
                            .response()
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aHeadHasALimit() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "BATON_HEAD_BYTES", "4KiB");
                Wire client = proxy.connect();
                Wire within = proxy.connect();
                Wire many = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + "a".repeat(5000));
            Wire.Message response = client.response();
            assertThat(response.status()).isEqualTo(431);
            assertThat(response.text()).isEqualTo("431 Request Header Fields Too Large");
            assertThat(client.rest()).isEmpty();
            assertThat(within.request("GET", "/", "X: " + "a".repeat(3500))
                            .response()
                            .status())
                    .isEqualTo(200);
            assertThat(many.send("GET / HTTP/1.1\r\nHost: h\r\n" + "a:\r\n".repeat(300) + "\r\n")
                            .response()
                            .status())
                    .isEqualTo(431);
        }
    }

    @Test
    void aHeadOf64KiBPasses() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            String value = "a".repeat(64 * 1024 - 80);
            assertThat(client.request("GET", "/", "X: " + value).response().text())
                    .contains(value);
        }
    }

    /** Test 27, heads. */
    @Test
    void aSlowHeadIsCutOffAndASlowBodyIsNot() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), "BATON_HEAD_TIMEOUT", "300ms");
                Wire slowHead = proxy.connect();
                Wire slowBody = proxy.connect()) {
            slowBody.request("POST", "/", "Content-Length: 2").send("a");
            slowHead.request("GET", "/").response();
            slowHead.send("GET / HTT");
            assertThat(slowHead.rest()).isEmpty();
            assertThat(slowBody.send("b").response().status()).isEqualTo(200);
        }
    }
}
