package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard alone: what it lets through does not depend on how the octets are cut into reads. */
final class FramingGuardTest {
    private static final String STREAM = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"
            + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
            + "\r\nPOST /c HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n5;x=y\r\nhello\r\n00\r\nT: 1\r\nU: 2\r\n\r\n"
            + "PUT /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
            + "GET /e HTTP/1.0\r\n\r\n";

    /** What the guard passes on, with a refusal spelled out at the end. */
    private static String passed(String octets, Random cuts) {
        FramingGuard guard = new FramingGuard(GuardLimits.DEFAULT);
        EmbeddedChannel channel = new EmbeddedChannel(guard);
        int at = 0;
        while (at < octets.length()) {
            int length = cuts == null ? octets.length() : 1 + cuts.nextInt(Math.min(20, octets.length() - at));
            channel.writeInbound(Unpooled.copiedBuffer(octets.substring(at, at + length), StandardCharsets.ISO_8859_1));
            at += length;
            // Now and then before all that has come is passed, as exchanges do end.
            if (cuts == null || cuts.nextInt(3) == 0) {
                endExchanges(channel, guard);
            }
        }
        endExchanges(channel, guard);
        StringBuilder passed = new StringBuilder();
        Object message = channel.readInbound();
        while (message != null) {
            if (message instanceof ByteBuf bytes) {
                passed.append(bytes.toString(StandardCharsets.ISO_8859_1));
                bytes.release();
            } else {
                passed.append(((Refusal) message).status()).append(((Refusal) message).inBody());
            }
            message = channel.readInbound();
        }
        channel.finishAndReleaseAll();
        return passed.toString();
    }

    private static void endExchanges(EmbeddedChannel channel, FramingGuard guard) {
        for (int i = 0; i < 6; i++) {
            guard.exchangeEnded();
            channel.runPendingTasks();
        }
    }

    @Test
    void aRequestWaitsUntilTheExchangeBeforeHasEnded() {
        FramingGuard guard = new FramingGuard(GuardLimits.DEFAULT);
        EmbeddedChannel channel = new EmbeddedChannel(guard);
        String get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        channel.writeInbound(Unpooled.copiedBuffer(get.repeat(2), StandardCharsets.ISO_8859_1));
        channel.writeInbound(Unpooled.copiedBuffer(get.repeat(1000), StandardCharsets.ISO_8859_1));
        assertThat(channel.config().isAutoRead()).as("reads on").isFalse();
        for (int i = 0; i < 1002; i++) {
            ByteBuf request = channel.readInbound();
            assertThat(request.toString(StandardCharsets.ISO_8859_1)).isEqualTo(get);
            request.release();
            assertThat(channel.<Object>readInbound()).isNull();
            guard.exchangeEnded();
            channel.runPendingTasks();
        }
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void soundRequestsPassHoweverTheyAreCut() {
        assertThat(passed(STREAM, null)).isEqualTo(STREAM);
        for (int seed = 0; seed < 100; seed++) {
            assertThat(passed(STREAM, new Random(seed))).as("seed " + seed).isEqualTo(STREAM);
        }
    }

    @Test
    void theVerdictOnADamagedStreamDoesNotDependOnTheCuts() {
        for (int seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            StringBuilder damaged = new StringBuilder(STREAM);
            int at = random.nextInt(damaged.length());
            switch (random.nextInt(3)) {
                case 0 -> damaged.setCharAt(at, (char) random.nextInt(256));
                case 1 -> damaged.insert(at, (char) random.nextInt(256));
                default -> damaged.deleteCharAt(at);
            }
            String octets = damaged.toString();
            String whole = passed(octets, null);
            assertThat(passed(octets, random)).as("seed " + seed).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a=", "a=;b", "a=\"b", "a=\"b\\\"", "a=\"b\"c", "a=b c", "a(", "a=b=c", "a=\u0001", "=\"\u007f\""
            })
    void aChunkExtensionThatTheCodecCannotReadDoesNotPass(String extension) {
        String head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertThat(passed(head + "1;" + extension + "\r\na\r\n0\r\n\r\n", null))
                .startsWith(head + "1;")
                .endsWith("400 Bad Requesttrue")
                .doesNotContain("\r\na\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " a", "a=b", "a = b;c", "a=\"b;=\\\" \" ; d", "a=b;e=f"})
    void aChunkExtensionThatTheCodecCanReadPasses(String extension) {
        String whole =
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + extension + "\r\na\r\n0\r\n\r\n";
        assertThat(passed(whole, null)).isEqualTo(whole);
    }

    @Test
    void aFoldedFieldThatTheCodecCannotReadDoesNotPassTheLenientGuardEither() {
        assertThat(lenient("X: a\r\n\tb\r\n")).isNull();
        assertThat(lenient("X:\r\n\tb\r\n")).isSameAs(RequestHead.MALFORMED);
        assertThat(lenient("X: \t\n\t\r\n\tb\r\n")).isSameAs(RequestHead.MALFORMED);
    }

    @Test
    void aLengthBesideChunkedPassesTheLenientGuardInHttp11Alone() {
        String both = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n";
        assertThat(lenient("HTTP/1.1", both)).isNull();
        assertThat(lenient("HTTP/1.2", both)).isSameAs(RequestHead.MALFORMED);
        assertThat(lenient("HTTP/1.9", both)).isSameAs(RequestHead.MALFORMED);
    }

    @Test
    void equalLengthsPassTheLenientGuardIfTheyAreSpelledAlike() {
        assertThat(lenient("Content-Length: 3\r\nContent-Length: 3\r\n")).isNull();
        assertThat(lenient("Content-Length: 3\r\nContent-Length: 03\r\n")).isSameAs(RequestHead.MALFORMED);
    }

    private static Refusal lenient(String fields) {
        return lenient("HTTP/1.1", fields);
    }

    private static Refusal lenient(String version, String fields) {
        byte[] head = ("POST / " + version + "\r\nHost: h\r\n" + fields + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return new RequestHead(8, true, false).check(head, head.length);
    }

    @Test
    void afterARefusalNothingPasses() {
        assertThat(passed("GET / HTTP/1.1\r\n\r\n" + STREAM, null)).isEqualTo("400 Bad Requestfalse");
    }

    @Test
    void anUnfinishedHeadIsKeptToItself() {
        assertThat(passed("GET / HTTP/1.1\r\nHost: h\r\n", null)).isEmpty();
    }

    @Test
    void anUpgradeGetsWhatWasHeld() {
        EmbeddedChannel channel = new EmbeddedChannel(new FramingGuard(GuardLimits.DEFAULT));
        channel.writeInbound(Unpooled.copiedBuffer("GET", StandardCharsets.ISO_8859_1));
        channel.pipeline().remove(FramingGuard.class);
        ByteBuf held = channel.readInbound();
        assertThat(held.toString(StandardCharsets.ISO_8859_1)).isEqualTo("GET");
        held.release();
        channel.finishAndReleaseAll();
    }
}
