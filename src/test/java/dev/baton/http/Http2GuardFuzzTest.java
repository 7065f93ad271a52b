package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 that sends any frames in any pieces: nothing breaks but by HTTP/2's own errors, little memory is held, and what
 * becomes of the connection and its requests does not depend on where the pieces end.
 *
 * <p>Of a connection that is ended less is said: what stands before the fault in the same piece may be thrown away with it.
 */
class Http2GuardFuzzTest {
    private static final int HEAD_BYTES = 2048;
    /** The codec gathers a frame, which may be 16 KiB, in a buffer that grows by doubling, and a head in another. */
    private static final int HELD_BYTES_MAX = 96 << 10;

    private static final int MOST_OCTETS = 60_000;
    private static final int PIECES = 500;
    private static final byte[] OPENING = opening();

    private static byte[] opening() {
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(preface.length + 9)
                .put(preface)
                .put(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
                .array();
    }

    /**
     * @param input three octets: of the first the lowest bit says that what serves no request is limited, the next one that the client
     *     says how it begins; the second says how often the rest is sent, and the third how it is cut
     */
    @FuzzTest
    void frames(byte[] input) {
        if (input.length < 3) {
            return;
        }
        boolean limited = (input[0] & 1) != 0;
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        if ((input[0] & 2) == 0) {
            sent.writeBytes(OPENING);
        }
        int times = 1 + (input[1] & 0x3f);
        for (int i = 0; i < times && sent.size() < MOST_OCTETS; i++) {
            sent.write(input, 3, input.length - 3);
        }
        byte[] octets = sent.toByteArray();
        Verdict whole = serve(octets, new Random(-1), octets.length, limited);
        int most = Math.max(1 + (input[2] & 0xff), octets.length / PIECES);
        Verdict pieces = serve(octets, new Random(input[2]), most, limited);
        if (limited) {
            return; // Answers earn what frames cost, and come between the pieces.
        }
        agree(whole, pieces);
        if (octets.length < PIECES) {
            agree(whole, serve(octets, new Random(-1), 1, false));
        }
    }

    private static void agree(Verdict whole, Verdict pieces) {
        if (borne(whole, pieces) || borne(pieces, whole)) {
            return;
        }
        assertThat(pieces.ended()).as("ended: %s, %s", whole, pieces).isEqualTo(whole.ended());
        Set<Integer> either = new TreeSet<>(whole.requests().keySet());
        either.addAll(pieces.requests().keySet());
        for (int stream : either) {
            String here = whole.requests().get(stream);
            String there = pieces.requests().get(stream);
            if (here != null && there != null) {
                assertThat(there).as("stream %d", stream).isEqualTo(here);
            } else {
                // Nobody hears of a request that ends in the piece that brings it.
                assertThat(whole.ended() || whole.reset(stream) || pieces.reset(stream))
                        .as("stream %d: %s, %s", stream, whole, pieces)
                        .isTrue();
            }
        }
        if (!whole.ended()) {
            // A fault is not told on a stream whose answer has left before.
            whole.resets().forEach((stream, error) -> assertThat(pieces.resets().getOrDefault(stream, error))
                    .as("reset of %d: %s, %s", stream, whole, pieces)
                    .isEqualTo(error));
        }
    }

    /**
     * A second head on a stream that we have reset may have been on its way, and is borne once the stream is no more; while its answer
     * waits to be sent it is an error. Nobody but who makes us reset a stream that it has not begun sees the difference.
     */
    private static boolean borne(Verdict ended, Verdict goingOn) {
        return ended.goAway() == (int) Http2Error.STREAM_CLOSED.code()
                && !goingOn.ended()
                && !goingOn.resets().isEmpty();
    }

    /**
     * What became of it.
     *
     * @param goAway the error of the first GOAWAY, -1 without one
     * @param requests those that came whole by their streams, with the length of their bodies
     * @param takenBack the streams that the client has reset
     * @param resets the first error on each stream; that nobody wants the rest of a request is none, and said only if there is one
     */
    private record Verdict(
            int goAway,
            boolean closed,
            Map<Integer, String> requests,
            Set<Integer> takenBack,
            Map<Integer, Integer> resets) {
        boolean reset(int stream) {
            return takenBack.contains(stream) || resets.containsKey(stream);
        }

        boolean ended() {
            return goAway > 0 || closed;
        }
    }

    private static Verdict serve(byte[] octets, Random random, int most, boolean limited) {
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
        Map<Integer, String> requests = new TreeMap<>();
        Set<Integer> takenBack = new TreeSet<>();
        List<Throwable> faults = new ArrayList<>();
        GuardLimits limits =
                new GuardLimits(HEAD_BYTES, 8, 10_000, 60_000, 0, 30_000, 300_000, limited ? 40 : 1 << 30, false);
        // The multiplexer tells by the parent that it serves.
        EmbeddedChannel channel =
                new EmbeddedChannel(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false);
        channel.freezeTime();
        channel.config().setAllocator(memory);
        new Http2Server(limits, (stream, http1) -> stream.addLast(new Answering(requests), new Faults(faults)))
                .install(channel.pipeline());
        channel.pipeline().addBefore(channel.pipeline().lastContext().name(), null, new Faults(faults));
        Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
        codec.decoder()
                .frameListener(new Http2FrameListenerDecorator(codec.decoder().frameListener()) {
                    @Override
                    public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long error)
                            throws Http2Exception {
                        takenBack.add(stream);
                        super.onRstStreamRead(ctx, stream, error);
                    }
                });
        Sent sent = new Sent();
        try {
            for (int at = 0; at < octets.length && channel.isOpen(); ) {
                int length = Math.min(octets.length - at, most == octets.length ? most : 1 + random.nextInt(most));
                channel.writeInbound(Unpooled.copiedBuffer(octets, at, length));
                channel.runPendingTasks();
                for (int turns = 0;
                        turns < MOST_OCTETS && !channel.config().isAutoRead() && channel.isOpen();
                        turns++) {
                    channel.advanceTimeBy(1, TimeUnit.NANOSECONDS);
                    channel.runPendingTasks();
                }
                sent.read(channel);
                assertThat(memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory())
                        .as("held")
                        .isLessThan(HELD_BYTES_MAX);
                at += length;
            }
            // A farewell has its time.
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runPendingTasks();
            channel.checkException();
            assertThat(faults).isEmpty();
            boolean closed = !channel.isOpen();
            sent.read(channel);
            assertThat(closed || sent.goAway <= 0)
                    .as("closed after GOAWAY %d", sent.goAway)
                    .isTrue();
            return new Verdict(sent.goAway, closed, requests, takenBack, sent.resets);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    /** The handlers of one stream. */
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private final Map<Integer, String> requests;
        private String line = "";
        private long bytes;

        Answering(Map<Integer, String> requests) {
            this.requests = requests;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                line = request.method() + " " + request.uri();
            }
            if (message instanceof HttpContent content) {
                bytes += content.content().readableBytes();
            }
            boolean last = message instanceof LastHttpContent;
            ReferenceCountUtil.release(message);
            if (last) {
                requests.put(((Http2StreamChannel) ctx.channel()).stream().id(), line + " " + bytes);
                ctx.writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[2])));
            }
        }
    }

    /** Keeps what is no error of HTTP/2. */
    private static final class Faults extends ChannelInboundHandlerAdapter {
        private final List<Throwable> faults;

        Faults(List<Throwable> faults) {
            this.faults = faults;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!Http2Exception.class.isInstance(cause)) {
                faults.add(cause);
            }
            ctx.fireExceptionCaught(cause);
        }
    }

    /** What the server has sent, as far as it matters. */
    private static final class Sent {
        private final ByteBuf unread = Unpooled.buffer();
        private final Map<Integer, Integer> resets = new TreeMap<>();
        private int goAway = -1;

        void read(EmbeddedChannel channel) {
            for (@Nullable ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                unread.writeBytes(out);
                out.release();
            }
            while (unread.readableBytes() >= 9
                    && unread.readableBytes() >= 9 + unread.getMedium(unread.readerIndex())) {
                int length = unread.readMedium();
                int type = unread.readByte();
                unread.skipBytes(1);
                int stream = unread.readInt();
                int payload = unread.readerIndex();
                if (type == Http2FrameScanner.GOAWAY && goAway <= 0) {
                    goAway = unread.getInt(payload + 4);
                } else if (type == Http2FrameScanner.RST_STREAM && unread.getInt(payload) != 0) {
                    resets.putIfAbsent(stream, unread.getInt(payload));
                }
                unread.skipBytes(length);
            }
            unread.discardReadBytes();
        }
    }
}
