package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What the Go sidecar does, and Baton only when it is asked to. */
final class ImitationsTest {
    private static final String IMITATE = "BATON_IMITATE";

    private static Program interim(int status) {
        return Program.answering(
                "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 " + status + " Final\r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void theFinalStatusAfterAnInterimOneIsLost() {
        try (ProxyFixture proxy = new ProxyFixture(interim(404), IMITATE, "interim-status");
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").head().status()).isEqualTo(103);
            assertThat(client.response().status()).isEqualTo(200);
        }
        try (ProxyFixture proxy = new ProxyFixture(interim(404));
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").head().status()).isEqualTo(103);
            assertThat(client.response().status()).isEqualTo(404);
        }
    }

    @Test
    void aStartedResponseEndsWithTheTextOfTheTimeout() {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            wire.request();
                            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
                            wire.rest();
                        }),
                        "REVISION_TIMEOUT_SECONDS",
                        "1",
                        IMITATE,
                        "timeout-text");
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").response().text()).isEqualTo("arequest timeout");
        }
    }

    @Test
    void aStartedResponseOfKnownLengthIsCutAllTheSame() {
        try (ProxyFixture proxy = new ProxyFixture(
                        new Program(wire -> {
                            wire.request();
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\na");
                            wire.rest();
                        }),
                        "REVISION_TIMEOUT_SECONDS",
                        "1",
                        IMITATE,
                        "timeout-text");
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.rest()).isEqualTo("a");
        }
    }

    private static Program inTwoParts(CountDownLatch second) {
        return new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
            second.await();
            wire.send("def");
            wire.rest();
        });
    }

    @Test
    void aShortResponseIsSeenWhenItIsWhole() {
        CountDownLatch second = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(inTwoParts(second), IMITATE, "late-headers");
                Wire client = proxy.connect()) {
            client.request("GET", "/");
            assertThat(client.silentFor(200)).isTrue();
            second.countDown();
            assertThat(client.response().text()).isEqualTo("abcdef");
        }
    }

    @Test
    void aShortResponseIsSeenAtOnceOtherwise() {
        CountDownLatch second = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(inTwoParts(second));
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.exactly(3)).asString().isEqualTo("abc");
            second.countDown();
            assertThat(client.exactly(3)).asString().isEqualTo("def");
        }
    }

    @Test
    void anotherEndedResponseIsNotHeldBack() {
        try (ProxyFixture proxy = new ProxyFixture(
                        Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"), IMITATE, "all");
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.request("GET", "/").response().text()).isEqualTo("ab");
            }
        }
    }

    private static String typeOf(String fields, String body, String... settings) {
        try (ProxyFixture proxy = new ProxyFixture(
                Program.answering(
                        "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + body.length() + "\r\n\r\n" + body),
                settings)) {
            Wire.Message response = proxy.get("/");
            assertThat(response.text()).isEqualTo(body);
            return String.valueOf(response.field("Content-Type"));
        }
    }

    @Test
    void aTypeIsGuessedWhereNoneIsGiven() {
        String[] sniffing = {IMITATE, "content-sniffing"};
        assertThat(typeOf("", "hello", sniffing)).isEqualTo("text/plain; charset=utf-8");
        assertThat(typeOf("", "  <HTML>", sniffing)).isEqualTo("text/html; charset=utf-8");
        assertThat(typeOf("", "<?xml?>", sniffing)).isEqualTo("text/xml; charset=utf-8");
        assertThat(typeOf("", "\u0089PNG\r\n\u001a\n...", sniffing)).isEqualTo("image/png");
        assertThat(typeOf("", "\0\0\0\u0010ftypmp42\0\0\0\0", sniffing)).isEqualTo("video/mp4");
        assertThat(typeOf("", "a\0b", sniffing)).isEqualTo("application/octet-stream");
        assertThat(typeOf("", "", sniffing)).isEqualTo("null");
        assertThat(typeOf("Content-Type: a/b\r\n", "hello", sniffing)).isEqualTo("a/b");
        assertThat(typeOf("Content-Encoding: br\r\n", "hello", sniffing)).isEqualTo("null");
        assertThat(typeOf("", "hello")).isEqualTo("null");
    }

    @Test
    void anUpgradedConnectionIsCutByTheResponseStartLimit() {
        Program program = new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n");
            wire.rest();
        });
        try (ProxyFixture proxy = new ProxyFixture(
                        program, "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "4", IMITATE, "upgrade-timeouts");
                Wire client = proxy.connect()) {
            client.request("GET", "/", "Connection: Upgrade", "Upgrade: own").head();
            assertThat(client.rest()).isEmpty();
            assertThat(proxy.log).contains("Response start timeout: 4s");
        }
    }

    @Test
    void ambiguousFramingIsReadAsGoReadsIt() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), IMITATE, "lenient-framing")) {
            assertThat(proxy.get("/", "X: a", " b").text()).contains("X: a b");
            for (String[] fields : new String[][] {
                {"Content-Length: 2", "Content-Length: 2"},
                {"Content-Length: 2", "Content-Length: 2", "X: y"},
            }) {
                try (Wire client = proxy.connect()) {
                    Wire.Message seen =
                            client.request("POST", "/", fields).send("hi").response();
                    assertThat(seen.text()).containsOnlyOnce("ontent-length: 2").endsWith("hi");
                }
            }
            try (Wire client = proxy.connect()) {
                Wire.Message seen = client.request("POST", "/", "Content-Length: 9", "Transfer-Encoding: chunked")
                        .send("2\r\nhi\r\n0\r\n\r\n")
                        .response();
                assertThat(seen.text())
                        .doesNotContainIgnoringCase("content-length")
                        .endsWith("hi");
            }
            try (Wire client = proxy.connect()) {
                assertThat(client.send("GET / HTTP/1.2\r\nHost: a\r\n\r\n")
                                .response()
                                .text())
                        .startsWith("GET / HTTP/1.1");
            }
            for (String encoding : List.of("chunked", "gzip")) {
                try (Wire client = proxy.connect()) {
                    Wire.Message seen = client.send("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: " + encoding
                                    + "\r\nContent-Length: 2\r\n\r\nhi")
                            .response();
                    assertThat(seen.text())
                            .doesNotContainIgnoringCase("transfer-encoding")
                            .endsWith("hi");
                }
            }
            for (String[] row : new String[][] {
                {"zz\r\n", "invalid byte in chunk length"},
                {"\r\n", "empty hex number for chunk length"},
                {"5\n", "chunked line ends with bare LF"},
                {"5;a\rb", "invalid CR in chunked line"},
                {"00000000000000005\r\n", "http chunk length too large"},
                {"5\r\nhello!", "malformed chunked encoding"},
            }) {
                try (Wire client = proxy.connect()) {
                    Wire.Message broken = client.request("POST", "/", "Transfer-Encoding: chunked")
                            .send(row[0])
                            .response();
                    assertThat(broken.status()).isEqualTo(502);
                    assertThat(broken.text()).isEqualTo(row[1] + "\n");
                }
            }
            try (Wire client = proxy.connect()) {
                Wire.Message seen = client.request("POST", "/", "Transfer-Encoding: chunked")
                        .send("5 \r\nhello\r\n0\r\n\r\n")
                        .response();
                assertThat(seen.text()).endsWith("hello");
            }
            for (String[] fields : new String[][] {
                {"Content-Length: 2", "Content-Length: 3"},
                {"Content-Length: 2", " 0"},
                {"Transfer-Encoding: chunked", " , gzip"},
            }) {
                try (Wire client = proxy.connect()) {
                    assertThat(client.request("POST", "/", fields).response().status())
                            .isEqualTo(400);
                }
            }
        }
    }

    @Test
    void trailersOfRequestsAreKeptBack() {
        String upload = "2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n";
        try (ProxyFixture proxy = new ProxyFixture(Program.echo(), IMITATE, "dropped-trailers");
                Wire client = proxy.connect()) {
            assertThat(client.request("POST", "/", "Transfer-Encoding: chunked")
                            .send(upload)
                            .response()
                            .text())
                    .endsWith("hi");
        }
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.request("POST", "/", "Transfer-Encoding: chunked")
                            .send(upload)
                            .response()
                            .text())
                    .containsIgnoringCase("x-sum: 7");
        }
    }

    /** Answers before it has read the body, which it then reads. */
    private static Program hasty() {
        return new Program(wire -> {
            wire.head();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
            wire.exactly(4);
            wire.rest();
        });
    }

    @Test
    void aResponseWaitsForItsRequest() {
        try (ProxyFixture proxy = new ProxyFixture(hasty(), IMITATE, "half-duplex");
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 4").send("wx");
            assertThat(client.silentFor(200)).isTrue();
            assertThat(client.send("yz").response().text()).isEqualTo("ab");
        }
    }

    @Test
    void aResponseDoesNotWaitWhereFullDuplexIsOn() {
        try (ProxyFixture proxy = new ProxyFixture(hasty(), IMITATE, "half-duplex", "ENABLE_HTTP_FULL_DUPLEX", "true");
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 4").send("wx");
            assertThat(client.response().text()).isEqualTo("ab");
            client.send("yz");
        }
    }

    @Test
    void aClientThatLeavesWhileItsResponseWaitsLeavesNothingBehind() {
        try (ProxyFixture proxy = new ProxyFixture(hasty(), IMITATE, "all", "CONTAINER_CONCURRENCY", "1")) {
            try (Wire client = proxy.connect()) {
                client.request("POST", "/", "Content-Length: 4").send("wx");
                assertThat(client.silentFor(200)).isTrue();
            }
        }
    }
}
