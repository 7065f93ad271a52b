package dev.baton.proxy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client sees when the program fails, and the program when the client does: never half a message as a whole one. */
final class FailuresTest {

    private static void isBadGateway(Wire.Message response, String text) {
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.text()).isEqualTo(text + "\n");
        assertThat(response.field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(response.field("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void aProgramThatIsNotThereIsRefused() {
        try (Program.Absent program = new Program.Absent();
                ProxyFixture proxy = new ProxyFixture(program.port())) {
            int port = program.port();
            Wire.Message response = proxy.get("/");
            isBadGateway(response, "dial tcp 127.0.0.1:" + port + ": connect: connection refused");
            assertThat(proxy.log)
                    .containsExactly("error reverse proxying request: dial tcp 127.0.0.1:" + port
                            + ": connect: connection refused");
            assertThat(proxy.socketsTold).isTrue();
        }
    }

    @Test
    void aProgramThatHangsUpWithoutAnAnswer() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(Wire::request))) {
            Wire.Message response = proxy.get("/");
            isBadGateway(response, "EOF");
            assertThat(proxy.program.connections)
                    .as("a new connection is no stale one")
                    .hasValue(1);
        }
    }

    @Test
    void aProgramThatResetsWithoutAnAnswer() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
            wire.request();
            wire.reset();
        }))) {
            Wire.Message response = proxy.get("/");
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.text()).startsWith("read tcp ").endsWith("read: connection reset by peer\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            })
    void anAnswerThatMakesNoSense(String answer) {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
            wire.request();
            wire.send(answer);
            wire.rest();
        }))) {
            assertThat(proxy.get("/").status()).isEqualTo(502);
        }
    }

    /** Answers the first request, then hangs up when the second one comes. */
    private static Program stale(AtomicInteger answered) {
        return new Program(wire -> {
            wire.request();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            answered.incrementAndGet();
            wire.request();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE"})
    void aRequestWithoutEffectIsSentAgainWhenAKeptConnectionTurnsOutDead(String method) {
        AtomicInteger answered = new AtomicInteger();
        try (ProxyFixture proxy = new ProxyFixture(stale(answered));
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").response().status()).isEqualTo(200);
            assertThat(client.request(method, "/").head().status()).isEqualTo(200);
            Await.until("both are answered", () -> answered.get() == 2);
            assertThat(proxy.program.connections).hasValue(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT"})
    void aRequestWithEffectIsNot(String method) {
        AtomicInteger answered = new AtomicInteger();
        try (ProxyFixture proxy = new ProxyFixture(stale(answered));
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").response().status()).isEqualTo(200);
            isBadGateway(
                    client.request(method, "/", "Content-Length: 2", "Idempotency-Key: 1")
                            .send("hi")
                            .response(),
                    "EOF");
            assertThat(client.request("GET", "/").response().status()).isEqualTo(200);
            isBadGateway(client.request(method, "/").response(), "EOF");
            Await.until("the GETs are answered", () -> answered.get() == 2);
        }
    }

    @Test
    void aConnectionThatTheProgramHasClosedIsNotUsedForAPost() {
        AtomicInteger served = new AtomicInteger();
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    served.incrementAndGet();
                }));
                Wire client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.request("POST", "/", "Content-Length: 2")
                                .send("hi")
                                .response()
                                .status())
                        .isEqualTo(200);
                int done = i + 1;
                Await.until("the idle connection is gone", () -> proxy.pipeline.upstreamConnections() == 0);
                assertThat(served).hasValue(done);
            }
        }
    }

    /** Both wait for the event loop, which has to take care that the one's end is not taken for that of the next. */
    @Test
    void aPostThatComesTogetherWithTheEndOfTheKeptConnectionGetsANewOne() throws InterruptedException {
        CountDownLatch leave = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    if (left.getCount() > 0) {
                        assertThat(leave.await(60, SECONDS)).isTrue();
                        wire.close();
                        left.countDown();
                    }
                }));
                Wire client = proxy.connect()) {
            assertThat(client.request("GET", "/").response().status()).isEqualTo(200);
            Await.until("the connection is kept", () -> proxy.pipeline.idleUpstreamConnections() == 1);
            CountDownLatch standing = new CountDownLatch(2);
            proxy.loops
                    .group()
                    .forEach(loop -> loop.execute(() -> {
                        standing.countDown();
                        try {
                            goOn.await(60, SECONDS);
                        } catch (InterruptedException stop) {
                            Thread.currentThread().interrupt();
                        }
                    }));
            assertThat(standing.await(60, SECONDS)).isTrue();
            client.request("POST", "/", "Content-Length: 2").send("hi");
            leave.countDown();
            assertThat(left.await(60, SECONDS)).isTrue();
            goOn.countDown();
            Wire.Message response = client.response();
            assertThat(response.status()).as(response.text()).isEqualTo(200);
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void anAnswerThatNobodyAskedForIsNotGivenToTheNextRequest() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        String target = wire.request().target();
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + target
                                + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
                    }
                }));
                Wire client = proxy.connect()) {
            client.request("GET", "/1").request("GET", "/2").request("GET", "/3");
            assertThat(client.response().text()).isEqualTo("/1");
            assertThat(client.response().text()).isEqualTo("/2");
            assertThat(client.response().text()).isEqualTo("/3");
        }
    }

    @Test
    void octetsThatFollowAResponseSpoilTheConnectionEvenIfTheyAreNoAnswer() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    while (true) {
                        wire.request();
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                }));
                Wire client = proxy.connect()) {
            assertThat(client.request("HEAD", "/").headResponse().status()).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                assertThat(client.request("POST", "/").response().text()).isEqualTo("ok");
                assertThat(client.request("HEAD", "/").headResponse().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 20", "Transfer-Encoding: chunked"})
    void aResponseThatBreaksOffIsNeverEndedCleanly(String framing) {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n5\r\nabcde\r\n");
                }));
                Wire client = proxy.connect()) {
            String seen = client.request("GET", "/").rest();
            assertThat(seen).startsWith("HTTP/1.1 200 OK").doesNotContain("\r\n0\r\n", "502");
        }
    }

    @Test
    void forAClientOfOldABrokenResponseEndsWithAReset() {
        CountDownLatch seen = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
                    seen.await();
                }));
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.0\r\n\r\n").head();
            assertThat(client.exactly(5)).asString().isEqualTo("abcde");
            seen.countDown();
            assertThat(client.rest()).isEqualTo("<reset>");
        }
    }

    @Test
    void aResponseThatWasToEndWithTheConnectionAndIsResetIsNotComplete() {
        CountDownLatch seen = new CountDownLatch(1);
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 200 OK\r\n\r\nabcde");
                    seen.await();
                    wire.reset();
                }));
                Wire client = proxy.connect()) {
            client.request("GET", "/").head();
            assertThat(client.exactly(10)).asString().isEqualTo("5\r\nabcde\r\n");
            seen.countDown();
            assertThat(client.rest()).doesNotContain("0\r\n");
        }
    }

    @Test
    void aClientThatLeavesCancelsItsRequest() {
        CountDownLatch cancelled = new CountDownLatch(2);
        try (ProxyFixture proxy = new ProxyFixture(
                new Program(wire -> {
                    wire.request();
                    wire.rest();
                    cancelled.countDown();
                }),
                "CONTAINER_CONCURRENCY",
                "2")) {
            Wire gone = proxy.connect().request("GET", "/");
            Wire reset = proxy.connect().request("GET", "/");
            Await.until("both run", () -> proxy.breaker().running() == 2 && proxy.pipeline.upstreamConnections() == 2);
            gone.close();
            reset.reset();
            Await.until("the program is told", () -> cancelled.getCount() == 0);
            Await.until("the permits are back", () -> proxy.breaker().running() == 0);
        }
    }

    @Test
    void anAnswerSentBeforeTheProgramHungUpInMidUploadArrives() {
        try (ProxyFixture proxy = new ProxyFixture(new Program(wire -> {
                    wire.head();
                    wire.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
                    wire.reset();
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 200000").send(new byte[100_000]);
            Wire.Message response = client.response();
            // The reset may overtake the answer inside the kernel: then the honest word is 502, never silence.
            assertThat(response.status()).isIn(413, 502);
        }
    }
}
