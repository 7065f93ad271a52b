package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.floods.Block;
import dev.baton.floods.Flood;
import dev.baton.floods.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Test 26: a client of HTTP/2 that only makes work loses its connection, and nobody else notices. The fixture's end asserts that nothing
 * of it is left.
 */
final class FloodsTest {
    private static final int LIMIT_MILLIS = (int) Await.LIMIT.toMillis();
    private static final int ENHANCE_YOUR_CALM = 0xb;

    private static InetSocketAddress address(ProxyFixture proxy) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
    }

    /** In front of a program that speaks HTTP/2 only; who asks in HTTP/1 here is answered by the sidecar itself. */
    private static ProxyFixture proxy(Http2Program program, String... settings) {
        return new ProxyFixture(program.port(), settings);
    }

    private static void isServed(Wire client) {
        client.request("GET", "/", "K-Network-Probe: probe", "K-Network-Hash: abc");
        assertThat(client.response().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void theFloodingConnectionIsClosedAndOthersAreServed(Flood flood) {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program);
                Wire other = proxy.connect();
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            isServed(other);
            flood.run(client, 200_000);
            assertThat(client.closedWithin(LIMIT_MILLIS)).as("closed").isTrue();
            assertThat(client.goAway())
                    .as("GOAWAY, unless the reset that follows it has swept it away")
                    .isIn(-1, ENHANCE_YOUR_CALM);
            isServed(other);
        }
    }

    /** What is dear to find and never honest is not borne as long as what is merely too much. */
    @ParameterizedTest
    @CsvSource({"HPACK_BOMB, 1", "MADE_YOU_RESET, 12", "MADE_YOU_RESET_BY_OVERFLOW, 12"})
    void afterAFewFaultsTheConnectionIsClosed(Flood flood, int rounds) {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            flood.run(client, rounds);
            assertThat(client.closedWithin(LIMIT_MILLIS)).as("closed").isTrue();
            assertThat(client.goAway()).isIn(-1, ENHANCE_YOUR_CALM);
        }
    }

    /** Its fields are many and different: no more than the limit on the wire, and more than it in memory. */
    @Test
    void aHeadThatIsTooLargeIsAnsweredAndNoBomb() {
        Block block = Block.get("/");
        for (int i = 0; i < 250; i++) {
            block.field("field-" + i, "v".repeat(230));
        }
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            byte[] octets = block.octets();
            client.send(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, Arrays.copyOf(octets, 16_000)));
            for (int at = 16_000; at < octets.length; at += 16_000) {
                int to = Math.min(octets.length, at + 16_000);
                int last = to == octets.length ? RawHttp2.END_HEADERS : 0;
                client.send(RawHttp2.frame(RawHttp2.CONTINUATION, last, 1, Arrays.copyOfRange(octets, at, to)));
            }
            RawHttp2.Frame answer;
            do {
                answer = client.next(LIMIT_MILLIS);
                assertThat(answer).isNotNull();
            } while (answer.type() != RawHttp2.HEADERS);
            client.send(RawHttp2.headers(3, true, Block.get("/none")));
            awaitEnd(client, 3);
        }
    }

    /** What an account for bursts must not mistake for a flood: pings and windows in step with answers, some callers who leave. */
    @Test
    void anHonestClientIsNotMistakenForAFlood() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program, "BATON_HTTP2_BURST", "100");
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            for (int i = 0; i < 300; i++) {
                int stream = 2 * i + 1;
                client.send(RawHttp2.headers(stream, true, Block.get("/none")));
                if (i % 10 == 9) {
                    client.send(RawHttp2.number(RawHttp2.RST_STREAM, stream, 8));
                } else {
                    awaitEnd(client, stream);
                }
                client.send(RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]));
                client.send(RawHttp2.number(RawHttp2.WINDOW_UPDATE, 0, 100));
            }
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void aRequestThatItsReadTakesBackIsNoWorkForTheProgram() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program);
                RawHttp2 client = RawHttp2.open(address(proxy))) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(RawHttp2.headers(1, true, Block.get("/none")));
            both.writeBytes(RawHttp2.number(RawHttp2.RST_STREAM, 1, 8));
            client.send(both.toByteArray());
            client.send(RawHttp2.headers(3, true, Block.get("/none")));
            awaitEnd(client, 3);
            assertThat(program.heads).hasSize(1);
        }
    }

    private static void awaitEnd(RawHttp2 client, int stream) {
        while (true) {
            RawHttp2.Frame frame = client.next(LIMIT_MILLIS);
            assertThat(frame).as("an answer on stream %d", stream).isNotNull();
            if (frame.stream() == stream && (frame.endsStream() || frame.type() == RawHttp2.RST_STREAM)) {
                return;
            }
        }
    }

    @Test
    void aClientThatAnnouncesATinyLimitOfHeadersIsAnswered() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program);
                RawHttp2 client = RawHttp2.open(address(proxy), 6, 1)) {
            for (int i = 0; i < 50; i++) {
                client.send(RawHttp2.headers(2 * i + 1, true, Block.get("/none")));
                awaitEnd(client, 2 * i + 1);
            }
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void aHeadThatDoesNotComeToItsEndIsNotWaitedFor() {
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program, "BATON_HEAD_TIMEOUT", "300ms")) {
            try (RawHttp2 client = RawHttp2.open(address(proxy))) {
                client.send(
                        RawHttp2.frame(RawHttp2.HEADERS, 1, 1, Block.get("/").octets()));
                while (!client.isClosed()) {
                    // A drip does not start the clock anew.
                    client.trySend(RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, (byte) 0));
                    Await.pause(100);
                }
                assertThat(client.goAway()).isIn(-1, ENHANCE_YOUR_CALM);
            }
            assertThat(proxy.arrived).hasValue(0);
        }
    }

    @Test
    void neitherIsAFrameNorAPrefaceNorTheSettings() {
        byte[] ping = RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]);
        try (Http2Program program = new Http2Program("hello");
                ProxyFixture proxy = proxy(program, "BATON_HEAD_TIMEOUT", "300ms");
                RawHttp2 frame = RawHttp2.open(address(proxy)).send(java.util.Arrays.copyOf(ping, 12));
                RawHttp2 head = RawHttp2.open(address(proxy)).send(java.util.Arrays.copyOf(ping, 5));
                RawHttp2 settings = new RawHttp2(address(proxy)).send(RawHttp2.PREFACE);
                RawHttp2 preface = new RawHttp2(address(proxy)).send("PRI * HT".getBytes(StandardCharsets.US_ASCII));
                RawHttp2 idle = RawHttp2.open(address(proxy))) {
            assertThat(frame.closedWithin(LIMIT_MILLIS)).isTrue();
            assertThat(head.closedWithin(LIMIT_MILLIS)).isTrue();
            assertThat(settings.closedWithin(LIMIT_MILLIS)).isTrue();
            assertThat(preface.closedWithin(LIMIT_MILLIS)).isTrue();
            idle.send(ping);
            assertThat(idle.isClosed()).isFalse();
        }
    }

    /** Thirty answers of a mebibyte, none of which the client lets come. */
    @Test
    void aClientThatOpensNoWindowHoldsLittleAndNotForEver() {
        String large = "x".repeat(1 << 20);
        try (Http2Program program = new Http2Program(large);
                ProxyFixture proxy = new ProxyFixture(program.port(), "REVISION_TIMEOUT_SECONDS", "8");
                RawHttp2 client = RawHttp2.open(address(proxy), 4, 0)) {
            for (int i = 0; i < 30; i++) {
                client.send(RawHttp2.headers(2 * i + 1, true, Block.get("/")));
            }
            Await.until("all are answered", () -> program.answered.get() == 30);
            int ended = 0;
            while (ended < 30) {
                RawHttp2.Frame frame = client.next(LIMIT_MILLIS);
                assertThat(frame).as("after %d streams", ended).isNotNull();
                assertThat(frame.type() == RawHttp2.DATA && frame.payload().hasRemaining())
                        .isFalse();
                ended += frame.type() == RawHttp2.RST_STREAM ? 1 : 0;
            }
            assertThat(program.sent.get()).as("octets taken from the program").isLessThan(30L * (512 << 10));
        }
    }
}
