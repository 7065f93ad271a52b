package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Responses arrive as the program meant them, whatever their framing, status and timing. */
final class ResponsesTest {

    @Test
    void aResponseWithLengthKeepsItAndTheConnectionServesTheNextRequest() {
        try (ProxyFixture proxy =
                        new ProxyFixture(Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                Wire.Message response = client.request("GET", "/").response();
                assertThat(response.text()).isEqualTo("hello");
                assertThat(response.undated()).containsExactly("Content-Length: 5");
            }
            assertThat(proxy.program.connections)
                    .as("connections to the program")
                    .hasValue(1);
        }
    }

    @Test
    void trailersPassAnnouncedInBothDirections() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    Wire.Message request = wire.request();
                    assertThat(request.field("Trailer")).isEqualTo("X-Sum");
                    assertThat(request.trailers()).containsExactly("X-Sum: 1");
                    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n");
                    wire.send("3\r\nabc\r\n0\r\nX-Check: 2\r\n\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            Wire.Message response = client.request("POST", "/", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                    .send("2;ext=1\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n")
                    .response();
            assertThat(response.field("Trailer")).isEqualTo("X-Check");
            assertThat(response.trailers()).containsExactly("X-Check: 2");
            assertThat(response.text()).isEqualTo("abc");
        }
    }

    @Test
    void aResponseThatEndsWithTheConnectionBecomesChunked() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\n\r\nall of it");
                }));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Wire.Message response = client.request("GET", "/").response();
                assertThat(response.undated()).containsExactly("transfer-encoding: chunked");
                assertThat(response.text()).isEqualTo("all of it");
            }
        }
    }

    @Test
    void aClientOfOldGetsNoChunks() {
        try (ProxyFixture proxy = new ProxyFixture(
                Program.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))) {
            Wire.Message response = proxy.connect()
                    .send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .response();
            assertThat(response.undated()).isEmpty();
            assertThat(response.text()).isEqualTo("abc");
        }
    }

    @Test
    void aClientOfOldMayKeepItsConnectionWhenTheLengthIsKnown() {
        try (ProxyFixture proxy =
                        new ProxyFixture(Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                Wire.Message response = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .response();
                assertThat(response.field("Connection")).isEqualTo("keep-alive");
                assertThat(response.text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void responsesWithoutBodyHaveNone() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        Wire.Message request = wire.request();
                        wire.send(
                                switch (request.target()) {
                                    case "/204" -> "HTTP/1.1 204 No Content\r\n\r\n";
                                    case "/304" -> "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
                                    default -> "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
                                });
                    }
                }));
                Wire client = proxy.connect()) {
            assertThat(client.request("HEAD", "/").headResponse().field("Content-Length"))
                    .isEqualTo("7");
            assertThat(client.request("GET", "/204").response().undated()).isEmpty();
            assertThat(client.request("GET", "/304").response().field("Content-Length"))
                    .isEqualTo("9");
            assertThat(client.request("HEAD", "/").headResponse().status()).isEqualTo(200);
            assertThat(proxy.program.connections).hasValue(1);
        }
    }

    @Test
    void theFinalStatusFollowsAnInformationalOne() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        wire.request();
                        wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                        wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                        wire.send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
                    }
                }));
                Wire client = proxy.connect()) {
            Wire.Message early = client.request("GET", "/").head();
            assertThat(early.status()).isEqualTo(103);
            assertThat(early.fields()).containsExactly("Link: </a>");
            Wire.Message last = client.response();
            assertThat(last.status()).as("no 100 for a client that did not ask").isEqualTo(404);
            assertThat(last.text()).isEqualTo("no");
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").response().status())
                    .as("a client of old knows no 1xx")
                    .isEqualTo(404);
        }
    }

    @Test
    void eachPieceOfAResponseIsFlushedWhenItComes() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
                    firstSeen.await();
                    wire.send("def");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.exactly(3)).asString().isEqualTo("abc");
            firstSeen.countDown();
            assertThat(client.exactly(3)).asString().isEqualTo("def");
        }
    }

    @Test
    void eachPieceOfARequestIsSentOnWhenItComes() throws Exception {
        CountDownLatch headSeen = new CountDownLatch(1);
        CountDownLatch firstSeen = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    assertThat(wire.head().target()).isEqualTo("/up");
                    headSeen.countDown();
                    assertThat(wire.exactly(3)).asString().isEqualTo("abc");
                    firstSeen.countDown();
                    assertThat(wire.exactly(3)).asString().isEqualTo("def");
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/up", "Content-Length: 6");
            headSeen.await();
            client.send("abc");
            firstSeen.await();
            assertThat(client.send("def").response().status()).isEqualTo(200);
        }
    }

    @Test
    void bothDirectionsFlowAtOnce() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
                    for (int i = 0; i < 4; i++) {
                        wire.send(wire.exactly(1));
                    }
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 4").send("a");
            client.head();
            assertThat(client.exactly(1)).asString().isEqualTo("a");
            for (String letter : new String[] {"b", "c", "d"}) {
                assertThat(client.send(letter).exactly(1)).asString().isEqualTo(letter);
            }
        }
    }

    @Test
    void leaveToSendTheBodyComesFromTheProgram() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    assertThat(wire.head().field("Expect")).isEqualTo("100-continue");
                    assertThat(wire.silentFor(300))
                            .as("no body before leave is given")
                            .isTrue();
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                    assertThat(wire.exactly(2)).asString().isEqualTo("hi");
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 2", "Expect: 100-continue");
            assertThat(client.silentFor(100)).isTrue();
            assertThat(client.head().status()).isEqualTo(100);
            assertThat(client.send("hi").response().status()).isEqualTo(200);
        }
    }

    @Test
    void aProgramThatGivesNoLeaveIsNotWaitedForLong() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 2", "Expect: 100-continue");
            assertThat(client.head().status()).isEqualTo(100);
            assertThat(client.send("hi").response().status()).isEqualTo(200);
        }
    }

    @Test
    void aRefusalInsteadOfLeaveEndsTheConnection() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            Wire.Message response = client.request("POST", "/", "Content-Length: 2", "Expect: 100-continue")
                    .response();
            assertThat(response.status()).isEqualTo(413);
            assertThat(response.field("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void anAnswerAheadOfTheBodyIsPassedAndTheRestThrownAway() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    Wire.Message head = wire.head();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
                    if (head.has("Content-Length")) {
                        assertThat(wire.rest())
                                .as("the body of an answered request")
                                .hasSizeLessThan(100_000);
                    }
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 100000").send(new byte[10]);
            assertThat(client.response().text()).isEqualTo("early");
            client.send(new byte[100_000 - 10]);
            assertThat(client.request("GET", "/").response().text())
                    .as("the connection is still in step")
                    .isEqualTo("early");
        }
    }

    @Test
    void aClientThatGoesOnSendingForeverIsCutOff() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
                    wire.rest();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("1\r\na\r\n");
            assertThat(client.response().text()).isEqualTo("early");
            client.send("80000\r\n").send(new byte[0x80000]);
            assertThat(client.rest()).doesNotContain("HTTP");
        }
    }

    @Test
    void theProgramsOwnCloseIsNotTheClients() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                }));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                Wire.Message response = client.request("GET", "/").response();
                assertThat(response.has("Connection")).isFalse();
                assertThat(response.text()).isEqualTo("ok");
            }
            assertThat(proxy.program.connections).hasValue(3);
        }
    }

    @Test
    void aClientThatWantsToCloseIsAnsweredAndClosed() {
        try (ProxyFixture proxy =
                        new ProxyFixture(Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                Wire client = proxy.connect()) {
            Wire.Message response =
                    client.request("GET", "/", "Connection: close").response();
            assertThat(response.field("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void theProgramsOwnWordsForAStatusAreNotPassedOn() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        String code = wire.request().target().substring(1);
                        wire.send("HTTP/1.1 " + code + " My\tWords\r\nContent-Length: 0\r\n\r\n");
                    }
                }));
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/404").head().startLine()).isEqualTo("HTTP/1.1 404 Not Found");
            assertThat(client.request("GET", "/418").head().startLine()).isEqualTo("HTTP/1.1 418 I'm a teapot");
            assertThat(client.request("GET", "/599").head().startLine()).isEqualTo("HTTP/1.1 599 status code 599");
        }
    }

    @Test
    void optionsForTheServerItselfAreAnsweredByIt() {
        try (ProxyFixture proxy = new ProxyFixture(Program.answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
                Wire client = proxy.connect()) {
            Wire.Message response = client.request("OPTIONS", "*").response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEmpty();
            assertThat(proxy.program.connections).hasValue(0);
        }
    }

    @Test
    void aDateIsAddedWhereThereIsNone() {
        try (ProxyFixture proxy = new ProxyFixture(Program.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
            assertThat(proxy.get("/").field("Date")).endsWith(" GMT");
        }
        String own = "Sun, 06 Nov 1994 08:49:37 GMT";
        try (ProxyFixture proxy = new ProxyFixture(
                Program.answering("HTTP/1.1 200 OK\r\nDate: " + own + "\r\nContent-Length: 0\r\n\r\n"))) {
            assertThat(proxy.get("/").field("Date")).isEqualTo(own);
        }
    }

    @Test
    void unusualMethodsPass() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.request("PURGE", "/x").response().text()).startsWith("PURGE /x HTTP/1.1\n");
            assertThat(client.request("TRACE", "/x").response().text()).startsWith("TRACE /x HTTP/1.1\n");
            assertThat(client.send("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
                            .head()
                            .startLine())
                    .isEqualTo("HTTP/1.1 200 OK");
            assertThat(client.rest()).as("no tunnel").doesNotContain("HTTP/1.1 4");
        }
    }

    @Test
    void anUnknownExpectationIsRefused() {
        try (ProxyFixture proxy = new ProxyFixture(Program.echo());
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/", "Expect: miracles").response().status())
                    .isEqualTo(417);
            assertThat(proxy.program.connections).hasValue(0);
        }
    }
}
