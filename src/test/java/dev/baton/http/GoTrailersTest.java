package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class GoTrailersTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void theComplaintsAreGos() {
        assertThat(fault("no colon\r\n")).isEqualTo("malformed MIME header: missing colon: \"no colon\"");
        assertThat(fault(" A: 1\n")).isEqualTo("malformed MIME header initial line: \" A: 1\"");
        assertThat(fault(" " + "a".repeat(80) + "\r\n")).isEqualTo("message too large");
        assertThat(fault(": 1\r\n")).isEqualTo("malformed MIME header line: \": 1\"");
        assertThat(fault("A: 1\r\n \u0001 b \r\n")).isEqualTo("malformed MIME header line: \"A: 1 \\x01 b\"");
        assertThat(fault("A: 1\r\nB: 2\r\n")).isNull();
    }

    @Test
    void octetsAreQuotedAsGoQuotesThem() {
        assertThat(fault("\"\\\u0007\t\u007f\u00c3\u00a9\u00e9\u00c2\u00a0\r\n"))
                .isEqualTo("malformed MIME header: missing colon: \"\\\"\\\\\\a\\t\\x7f\u00e9\\xe9\\u00a0\"");
    }

    @Test
    void aBlankInANameDoesNotComeThrough() {
        ByteBuf section = octets("A b : c d\r\n\r\n");
        assertThat(GoTrailers.fault(section, 0, section.writerIndex())).isNull();
        assertThat(section.toString(StandardCharsets.ISO_8859_1)).isEqualTo("A_b_: c d\r\n\r\n");
        section.release();
    }

    @Test
    void anExtensionPassesTheLenientGuardAsAWord() {
        EmbeddedChannel channel = channel(true);
        channel.writeInbound(octets(POST + "1;a=\"\u0000\r\nx\r\n0;\u0001\r\n\r\n"));
        assertThat(text(channel)).endsWith("1;xxxx\r\nx\r\n0;x\r\n\r\n");
        channel.finishAndReleaseAll();
    }

    /** What would follow an early end must be judged as a request, wherever the octets are cut. */
    @Test
    void trailersEndAtTheirFirstEmptyLineOnceOneWithACarriageReturnHasCome() {
        for (String trailers : new String[] {"A: 1\r\n\n", "\n"}) {
            EmbeddedChannel channel = channel(false);
            String message = POST + "0\r\n" + trailers;
            octetByOctet(channel, message);
            assertThat(text(channel)).as("waits").isEqualTo(POST + "0\r\n");
            octetByOctet(channel, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(text(channel)).as("the next request waits for its turn").isEqualTo(trailers);
            channel.finishAndReleaseAll();
        }
    }

    private static void octetByOctet(EmbeddedChannel channel, String text) {
        for (int i = 0; i < text.length(); i++) {
            channel.writeInbound(octets(text.substring(i, i + 1)));
        }
    }

    private static EmbeddedChannel channel(boolean lenient) {
        return new EmbeddedChannel(new FramingGuard(GuardLimits.DEFAULT.unpaced(lenient)));
    }

    private static String text(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf read; (read = channel.readInbound()) != null; ) {
            text.append(read.toString(StandardCharsets.ISO_8859_1));
            read.release();
        }
        return text.toString();
    }

    private static String fault(String fields) {
        ByteBuf section = octets(fields + "\r\n");
        String fault = GoTrailers.fault(section, 0, section.writerIndex());
        section.release();
        return fault;
    }

    private static ByteBuf octets(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
