package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.Block;
import dev.baton.floods.RawHttp2;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test 27, bodies: a request body that has been announced and comes more slowly than anybody needs is ended, and never complete for the program;
 * whoever sends in pieces of its own choosing, waits for its turn, or is held back by us, is not.
 */
final class SlowBodiesTest {
    /** Twenty bytes in each window. */
    private static final String[] STRICT = {"BATON_BODY_RATE", "100", "BATON_BODY_WINDOW", "200ms"};
    /** Several windows, and looks at them. */
    private static final int LONG_MILLIS = 900;

    /**
     * For clients that must not be cut off while they do their part: a window in which a thread gets its turn also on a machine that
     * has much else to do.
     */
    private static final String[] PATIENT = {"BATON_BODY_RATE", "100", "BATON_BODY_WINDOW", "3s"};

    private static final int LONGER_MILLIS = 7_000;

    private static final int LIMIT_MILLIS = (int) Await.LIMIT.toMillis();

    private static ProxyFixture strict(Program program, String... settings) {
        return new ProxyFixture(program, with(STRICT, settings));
    }

    private static ProxyFixture patient(Program program, String... settings) {
        return new ProxyFixture(program, with(PATIENT, settings));
    }

    private static String[] with(String[] first, String... settings) {
        String[] all = java.util.Arrays.copyOf(first, first.length + settings.length);
        System.arraycopy(settings, 0, all, first.length, settings.length);
        return all;
    }

    private static InetSocketAddress address(ProxyFixture proxy) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
    }

    /** Notes what it has been sent when the connection ends. */
    private static final class Recording {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile String body = "";
        final Program program = new Program(wire -> {
            wire.head();
            body = wire.rest();
            ended.countDown();
        });

        String body() {
            Await.until("the program sees the end", () -> ended.getCount() == 0);
            return body;
        }
    }

    /** As much as a client gets out before it is cut off, one octet at a time. */
    private static void drip(Wire client) {
        try {
            for (int i = 0; i < 400 && client.silentFor(25); i++) {
                client.send("a");
            }
        } catch (java.io.UncheckedIOException e) {
            // Cut off.
        }
    }

    private static void isRefused(Wire client) {
        Wire.Message response = client.response();
        assertThat(response.startLine()).isEqualTo("HTTP/1.1 408 Request Timeout");
        assertThat(response.text()).isEqualTo("408 Request Timeout");
        assertThat(response.field("Connection")).isEqualTo("close");
        assertThat(client.rest()).isIn("", "<reset>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1000", "300000"})
    void aBodyOfKnownLengthThatDripsIsAnswered408AndNeverComplete(String length) {
        Recording recording = new Recording();
        try (ProxyFixture proxy = strict(recording.program, "CONTAINER_CONCURRENCY", "1");
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + length).send("begin");
            drip(client);
            isRefused(client);
            assertThat(recording.body()).startsWith("begin").hasSizeLessThan(Integer.parseInt(length));
        }
    }

    @Test
    void alsoWhileTheKernelMovesIt() {
        Recording recording = new Recording();
        int length = 2 << 20;
        try (ProxyFixture proxy = strict(recording.program);
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + length).send("a".repeat(1 << 20));
            Await.until("the kernel moves it", () -> proxy.pipeline.splicedBytes() > 0 || client.silentFor(1));
            drip(client);
            isRefused(client);
            assertThat(recording.body()).hasSizeLessThan(length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5;ext", "3e8\r\nabc", "0\r\nX: y", "0\r\n"})
    void whatHasBegunOfAChunkOrOfTrailersIsWaitedForNoLonger(String begun) {
        Recording recording = new Recording();
        try (ProxyFixture proxy = strict(recording.program);
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked").send("5\r\nhello\r\n" + begun);
            isRefused(client);
            assertThat(recording.body()).startsWith("5\r\nhello\r\n").doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void aStreamOfWholeChunksMayPauseBetweenThem() {
        try (ProxyFixture proxy = strict(Program.echo());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Transfer-Encoding: chunked");
            assertThat(client.silentFor(LONG_MILLIS)).isTrue();
            client.send("5\r\nevent\r\n");
            assertThat(client.silentFor(LONG_MILLIS)).isTrue();
            // The line's end of a chunk may come with the next one.
            client.send("5\r\nevent");
            assertThat(client.silentFor(LONG_MILLIS)).isTrue();
            Wire.Message response = client.send("\r\n0\r\n\r\n").response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).endsWith("eventevent");
        }
    }

    @Test
    void whatIsSlowButFastEnoughPasses() {
        try (ProxyFixture proxy = patient(Program.echo());
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 5000");
            for (int i = 0; i < 10; i++) {
                assertThat(client.silentFor(600)).isTrue();
                client.send("b".repeat(500));
            }
            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void theLimitCanBeTurnedOff() {
        try (ProxyFixture proxy =
                        new ProxyFixture(Program.echo(), "BATON_BODY_RATE", "0", "BATON_BODY_WINDOW", "100ms");
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 2").send("a");
            assertThat(client.silentFor(LONG_MILLIS)).isTrue();
            assertThat(client.send("b").response().status()).isEqualTo(200);
        }
    }

    @Test
    void eachBodyOfAConnectionHasAWindowOfItsOwn() {
        try (ProxyFixture proxy = patient(Program.echo());
                Wire client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                client.request("POST", "/", "Content-Length: 2").send("a");
                assertThat(client.silentFor(900)).isTrue();
                assertThat(client.send("b").response().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void whomASlowProgramHoldsBackIsNotCutOff(String splice) {
        CountDownLatch go = new CountDownLatch(1);
        int length = 16 << 20;
        Program slow = new Program(wire -> {
            wire.head();
            go.await();
            wire.exactly(length);
            wire.send("HTTP/1.1 204 No Content\r\n\r\n");
        });
        try (ProxyFixture proxy = patient(slow, "BATON_SPLICE", splice);
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: " + length);
            Thread sender = Thread.ofVirtual().start(() -> client.send(new byte[length]));
            assertThat(client.silentFor(LONGER_MILLIS)).isTrue();
            go.countDown();
            assertThat(client.response().status()).isEqualTo(204);
            Await.until("all is sent", () -> !sender.isAlive());
        }
    }

    /** The one has sent a part, the other waits for leave; neither is read on before its turn. */
    @Test
    void whoWaitsForAPlaceIsNotCutOff() {
        CountDownLatch go = new CountDownLatch(1);
        Program busy = new Program(wire -> {
            while (true) {
                Wire.Message request = wire.head();
                if (request.target().equals("/first")) {
                    go.await();
                } else {
                    if (request.has("Expect")) {
                        wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                    }
                    wire.exactly(10);
                }
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        try (ProxyFixture proxy = patient(busy, "CONTAINER_CONCURRENCY", "1");
                Wire first = proxy.connect();
                Wire second = proxy.connect();
                Wire third = proxy.connect()) {
            first.request("GET", "/first");
            Await.until("it runs", () -> proxy.breaker().running() == 1);
            second.request("POST", "/", "Content-Length: 10").send("hello");
            Await.until("one waits", () -> proxy.breaker().waiting() == 1);
            third.request("POST", "/", "Content-Length: 10", "Expect: 100-continue");
            Await.until("both wait", () -> proxy.breaker().waiting() == 2);
            assertThat(third.silentFor(LONGER_MILLIS)).isTrue();
            assertThat(second.silentFor(1)).isTrue();
            go.countDown();
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(second.send("world").response().status()).isEqualTo(200);
            assertThat(third.head().status()).isEqualTo(100);
            assertThat(third.send("helloworld").response().status()).isEqualTo(200);
        }
    }

    @Test
    void aConversationIsNotCutOff() {
        Program talks = new Program(wire -> {
            wire.head();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            wire.send(wire.exactly(5));
        });
        try (ProxyFixture proxy = patient(talks);
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 5").send("w");
            assertThat(client.head().status()).isEqualTo(200);
            client.exactly(5);
            assertThat(client.silentFor(LONGER_MILLIS)).isTrue();
            assertThat(client.send("orld").exactly(5)).asString().isEqualTo("world");
        }
    }

    @Test
    void aTunnelIsNotCutOff() {
        try (ProxyFixture proxy = patient(new Program(wire -> {
                    wire.request();
                    wire.send("HTTP/1.1 204 No Content\r\n\r\n");
                    wire.request();
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.exactly(4));
                }));
                Wire client = proxy.connect()) {
            client.request("POST", "/", "Content-Length: 2").send("x");
            assertThat(client.silentFor(20)).isTrue();
            assertThat(client.send("y").response().status()).isEqualTo(204);
            client.request("GET", "/", "Connection: Upgrade", "Upgrade: echo");
            assertThat(client.head().status()).isEqualTo(101);
            client.send("p");
            assertThat(client.silentFor(LONGER_MILLIS)).isTrue();
            assertThat(client.send("ing").exactly(4)).asString().isEqualTo("ping");
        }
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 100", "Transfer-Encoding: chunked"})
    void theRestOfAnAnsweredRequestMustComeInAnyCase(String framing) {
        Program hasty = new Program(wire -> {
            wire.head();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            wire.rest();
        });
        try (ProxyFixture proxy = patient(hasty);
                Wire client = proxy.connect()) {
            client.request("POST", "/", framing);
            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.rest()).isEmpty();
        }
    }

    // HTTP/2.

    private static byte[] data(int stream, boolean last, String text) {
        return RawHttp2.frame(
                RawHttp2.DATA,
                last ? RawHttp2.END_STREAM : 0,
                stream,
                text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** The next frame of the stream that is a head, data or a reset. */
    private static RawHttp2.@Nullable Frame next(RawHttp2 client, int stream, int millis) {
        while (true) {
            RawHttp2.Frame frame = client.next(millis);
            if (frame == null || (frame.stream() == stream && frame.type() <= RawHttp2.RST_STREAM)) {
                return frame;
            }
        }
    }

    private static String text(RawHttp2.@Nullable Frame frame) {
        assertThat(frame).isNotNull();
        return java.nio.charset.StandardCharsets.ISO_8859_1
                .decode(frame.payload().duplicate())
                .toString();
    }

    @Test
    void aStreamWhoseAnnouncedBodyDripsIsAnswered408AndTheConnectionStays() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port(), STRICT);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            client.send(RawHttp2.headers(1, false, Block.post("/").field("content-length", "1000")));
            for (int i = 0; i < 600 && next(client, 1, 0) == null; i++) {
                client.send(data(1, false, "a"));
                Await.pause(50);
            }
            RawHttp2.Frame body = next(client, 1, LIMIT_MILLIS);
            assertThat(text(body)).isEqualTo("408 Request Timeout");
            RawHttp2.Frame reset = next(client, 1, LIMIT_MILLIS);
            assertThat(reset).isNotNull();
            assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
            assertThat(reset.error()).isZero();
            client.send(RawHttp2.headers(3, true, Block.get("/")));
            assertThat(next(client, 3, LIMIT_MILLIS)).isNotNull();
            assertThat(program.bodies).containsExactly("");
        }
    }

    @Test
    void aFrameOfDataThatDripsEndsTheConnection() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port(), STRICT);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            client.send(RawHttp2.headers(1, false, Block.post("/")));
            long begun = System.nanoTime();
            client.send(java.util.Arrays.copyOf(data(1, true, "x".repeat(1000)), 20));
            for (int i = 0; i < 600 && !client.isClosed(); i++) {
                client.trySend(new byte[] {'x'});
                Await.pause(50);
            }
            assertThat(client.closedWithin(LIMIT_MILLIS)).isTrue();
            assertThat(client.closedNanos() - begun).as("a whole window later").isGreaterThan(200_000_000L);
            assertThat(client.goAway()).isIn(-1, 0xb);
            assertThat(program.bodies).isEmpty();
        }
    }

    @Test
    void aStreamWithoutALengthMayPauseAsLongAsItLikes() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port(), STRICT);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            client.send(RawHttp2.headers(1, false, Block.post("/")));
            for (int i = 0; i < 3; i++) {
                client.send(data(1, false, "a"));
                assertThat(next(client, 1, LONG_MILLIS)).isNull();
            }
            client.send(data(1, true, "b"));
            assertThat(next(client, 1, LIMIT_MILLIS)).isNotNull();
            assertThat(program.bodies).containsExactly("aaab");
        }
    }

    @Test
    void aStreamWaitsForOthersOfItsConnectionThatAreSentFirst() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = new ProxyFixture(program.port(), PATIENT);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            client.send(RawHttp2.headers(1, false, Block.post("/").field("content-length", "12000")));
            client.send(RawHttp2.headers(3, false, Block.post("/").field("content-length", "2")));
            for (int i = 0; i < 24; i++) {
                client.send(data(1, i == 23, "a".repeat(500)));
                Await.pause(300);
            }
            client.send(data(3, true, "ab"));
            Await.until("both are answered", () -> program.answered.get() == 2);
            assertThat(program.bodies).contains("ab");
        }
    }

    @Test
    void aStreamThatASlowProgramHoldsBackIsNotCutOff() {
        CountDownLatch go = new CountDownLatch(1);
        try (ProxyFixture proxy = strict(
                        new Program(wire -> {
                            go.await();
                            wire.close();
                        }),
                        "CONTAINER_CONCURRENCY",
                        "1");
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            // The program never says SETTINGS: the request waits for its connection.
            client.send(RawHttp2.headers(1, false, Block.post("/").field("content-length", "200000")));
            for (int i = 0; i < 10; i++) {
                client.send(data(1, false, "a".repeat(10_000)));
            }
            assertThat(next(client, 1, LONG_MILLIS)).isNull();
            go.countDown();
        }
    }

    @Test
    void anAnswerOfOurOwnThatNobodyTakesIsNotKept() {
        try (Http2Program program = new Http2Program((server, stream, head, body) -> {});
                ProxyFixture proxy = new ProxyFixture(
                        program.port(), with(STRICT, "REVISION_TIMEOUT_SECONDS", "1", "BATON_HEAD_TIMEOUT", "300ms"));
                RawHttp2 client = RawHttp2.open(address(proxy), 4, 0)) {
            client.send(RawHttp2.headers(1, true, Block.get("/")));
            RawHttp2.Frame head = next(client, 1, LIMIT_MILLIS);
            assertThat(head).isNotNull();
            assertThat(head.type()).isEqualTo(RawHttp2.HEADERS);
            RawHttp2.Frame reset = next(client, 1, LIMIT_MILLIS);
            assertThat(reset).isNotNull();
            assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
            assertThat(reset.error()).isEqualTo(8);
            assertThat(client.isClosed()).isFalse();
        }
    }
}
