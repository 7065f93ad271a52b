package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whatever a client sends, cut in whatever way: the guard passes only the octets as they came; the codec behind it and a reader of
 * the test's own make the same messages of them, one in each exchange, with sound fields and one Host; and the verdict does not depend
 * on the cuts.
 */
class RequestsFuzzTest {
    private static final int HEAD_BYTES = 2048;

    /** @param input one octet that says how the others are cut into reads (0: not at all) and, by its lowest bit, how strict the guard is */
    @FuzzTest
    void requests(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int cut = (input[0] & 0xff) >> 1;
        boolean lenient = (input[0] & 1) != 0;
        Verdict whole = read(input, 0, lenient);
        assertThat(read(input, cut, lenient)).isEqualTo(whole);
    }

    /**
     * What became of the octets.
     *
     * @param refusal the guard's, as text, or nothing
     */
    private record Verdict(String passed, List<ReadMessage> messages, String refusal) {}

    private static Verdict read(byte[] input, int cut, boolean lenient) {
        FramingGuard guard =
                new FramingGuard(new GuardLimits(HEAD_BYTES, 8, 10_000, 60_000, 100, 30_000, 300_000, 1000, lenient));
        Exchanges exchanges = new Exchanges();
        Tap tap = new Tap(exchanges);
        EmbeddedChannel channel = new EmbeddedChannel(guard, tap, new ServerCodec(guard), exchanges);
        try {
            for (int at = 1; at < input.length; ) {
                int length = cut == 0 ? input.length - at : Math.min(cut, input.length - at);
                channel.writeInbound(Unpooled.copiedBuffer(input, at, length));
                at += length;
                endExchanges(channel, guard, exchanges);
            }
        } finally {
            channel.finishAndReleaseAll();
        }
        String passed = tap.passed.toString();
        assertThat(new String(input, 1, input.length - 1, StandardCharsets.ISO_8859_1))
                .startsWith(passed);
        List<ReadMessage> messages = exchanges.messages();
        for (ReadMessage message : messages) {
            message.check(lenient);
        }
        assertThat(messages).isEqualTo(PlainReader.read(passed));
        return new Verdict(passed, messages, exchanges.refusal == null ? "" : exchanges.refusal.toString());
    }

    private static void endExchanges(EmbeddedChannel channel, FramingGuard guard, Exchanges exchanges) {
        while (exchanges.complete > exchanges.ended) {
            exchanges.ended++;
            guard.exchangeEnded();
            channel.runPendingTasks();
            channel.checkException();
        }
    }

    /** Between guard and codec. */
    private static final class Tap extends ChannelInboundHandlerAdapter {
        private final StringBuilder passed = new StringBuilder();
        private final Exchanges exchanges;

        Tap(Exchanges exchanges) {
            this.exchanges = exchanges;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf octets) {
                assertThat(exchanges.refusal)
                        .as("after a refusal nothing passes")
                        .isNull();
                assertThat(exchanges.complete)
                        .as("of a request nothing passes before the exchange ahead has ended")
                        .isEqualTo(exchanges.ended);
                passed.append(octets.toString(StandardCharsets.ISO_8859_1));
            }
            ctx.fireChannelRead(message);
        }
    }

    /** Where the exchanges are. */
    private static final class Exchanges extends ChannelInboundHandlerAdapter {
        private final ReadMessage.Builder read = new ReadMessage.Builder();
        private Refusal refusal;
        private int complete;
        private int ended;

        List<ReadMessage> messages() {
            return read.messages();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (message instanceof Refusal given) {
                    assertThat(refusal).as("one refusal").isNull();
                    assertThat(given.inBody()).as("refused in a body").isEqualTo(read.open());
                    refusal = given;
                    return;
                }
                assertThat(((HttpObject) message).decoderResult().isSuccess())
                        .as("the codec can read it: %s", message)
                        .isTrue();
                if (message instanceof HttpRequest request) {
                    assertThat(read.open()).as("one message in an exchange").isFalse();
                    read.begin(request);
                }
                if (message instanceof HttpContent content) {
                    read.body(content.content().readableBytes());
                }
                if (message instanceof LastHttpContent last) {
                    read.end(last.trailingHeaders());
                    complete++;
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
    }
}
