package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ahead of the HTTP/2 codec: reads the head of every frame and no payload, and ends a connection that takes more than an honest
 * client needs. Limited are the time that the preface, a header block or a control frame may take from its first octet to its
 * last, the octets of a header block on the wire, and the frames that move no request on ({@link Http2Credit}). A second head on
 * a stream that its client has ended is an error of the connection (RFC 9113 section 5.1), which the codec overlooks.
 *
 * <p>The end is GOAWAY and a closed socket, at most half a second later whether or not the client reads; what comes meanwhile is
 * dropped unparsed. One per connection; event loop only.
 */
final class Http2Guard extends ChannelInboundHandlerAdapter implements Http2FrameScanner.Frames {
    /** A stream that is opened and broken off costs us most: a head, a connection to the program, a log line. */
    private static final int COST_OF_RESET = 5;

    /** It may be somebody else's, by way of a proxy; but for each the codec throws an exception. */
    private static final int COST_OF_MALFORMED = 20;

    /** What no client does that speaks HTTP/2 at all, and no proxy passes on; finding it costs more than a reset. */
    private static final int COST_OF_FAULT = 100;

    /** More of the same on that stream: no client's window explains it, and the codec throws an exception for each. */
    private static final int COST_OF_MORE = 10;

    private static final int COST_OF_SETTINGS = 5;
    private static final int COST_OF_LARGE_HEAD = 50;
    /** From here on a block may stand for so many fields that the next one waits for what the codec makes of it. */
    private static final int DOUBTFUL_BLOCK_BYTES = 1024;
    /** What the decoder's tables may add to an honest head, that refers to no entry twice: 4 KiB the one, as much the other. */
    private static final int TABLES_BYTES = 8 * 1024;
    /** Header blocks larger than any honest one cost as many frames as they could have been. */
    private static final int LARGE_BLOCK_BYTES = 16 * 1024;

    private static final int BYTES_OF_A_FRAME = 256;
    private static final int STREAMS_OF_A_FRAME = 2;
    /** For GOAWAY to get out to a client that reads. */
    private static final int FAREWELL_MILLIS = 500;

    private final GuardLimits limits;
    private final Http2Connection connection;
    private final Http2Credit credit;
    private final ResetStreams reset = new ResetStreams();
    private @Nullable ChannelHandlerContext context;

    private final Http2FrameScanner frames = new Http2FrameScanner(this);
    private final Http2FrameClock clock;
    private final Http2Watch streams;
    private final Http2Turn turn = new Http2Turn(in -> take(ctx(), in));
    /** HEADERS has come and END_HEADERS has not. */
    private boolean inBlock;

    private int blockBytes;
    /** Of a WINDOW_UPDATE, with its reserved bit. */
    private int increment;

    private int lastStream;
    private int streamsSeen;
    private int leaving;
    /** The stream that was last reset for a fault. */
    private int faulty;

    private @Nullable Future<?> farewell;
    private boolean dead;

    Http2Guard(GuardLimits limits, Http2Connection connection) {
        this.limits = limits;
        this.connection = connection;
        credit = new Http2Credit(limits.http2Burst());
        clock = new Http2FrameClock(limits.headMillis(), this::headTooSlow);
        streams = new Http2Watch(limits, this, connection);
    }

    /** Looks at the streams of this connection. */
    Http2Watch streams() {
        return streams;
    }

    /** Stream 1 is there without a HEADERS frame. */
    void upgraded() {
        lastStream = 1;
        streamsSeen = 1;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onGoAwaySent(int last, long error, ByteBuf reason) {
                if (error != Http2Error.NO_ERROR.code()) {
                    farewell(ctx);
                }
            }
        });
        clock.read(ctx, false);
        streams.begin(ctx);
    }

    // Called by Http2Watch.

    /** Whether the connection has ended, or will soon. */
    boolean dead() {
        return dead;
    }

    /** Whether a DATA frame has begun and is not all there. */
    boolean inData() {
        return frames.inData();
    }

    void frameTooSlow() {
        end(Http2Error.ENHANCE_YOUR_CALM, "a frame too slow");
    }

    private void headTooSlow() {
        if (clock.introduced()) {
            frameTooSlow();
        } else {
            end(Http2Error.SETTINGS_TIMEOUT, "a preface too slow");
        }
    }

    // Called by Http2Codec.

    /** A frame of a response has been sent, of so many octets. */
    void answered(int bytes) {
        credit.earn(4 + bytes / 4096);
    }

    /**
     * A head has been decoded that is too large to be kept. Huffman's code makes at most 1.6 octets of one: a block that was smaller
     * by far has named the same large field again and again, or has more fields than any honest one.
     */
    void unpackedInVain() {
        if (2 * (blockBytes + TABLES_BYTES) < limits.headBytes()) {
            end(Http2Error.ENHANCE_YOUR_CALM, "a header block that unpacks too far");
        } else {
            spend(COST_OF_LARGE_HEAD);
        }
    }

    /** The client has reset a stream, whose handlers hear of it now; 0 when they have. */
    void leaves(int stream) {
        leaving = stream;
    }

    /**
     * A stream is about to be reset by this side. Returns false if nothing is to be said: because the client has reset it, or has
     * been told before, and what it sent since was on its way (RFC 9113 section 5.4.2).
     */
    boolean resets(int stream, long error) {
        if (stream == leaving) {
            return false;
        }
        if (reset.contains(stream)) {
            spend(stream == faulty ? COST_OF_MORE : 1);
            return false;
        }
        reset.add(stream);
        if (error == Http2Error.STREAM_CLOSED.code()
                || error == Http2Error.FLOW_CONTROL_ERROR.code()
                || error == Http2Error.FRAME_SIZE_ERROR.code()) {
            faulty = stream;
            spend(COST_OF_FAULT);
        } else if (error == Http2Error.PROTOCOL_ERROR.code()) {
            spend(COST_OF_MALFORMED);
        } else if (error == Http2Error.REFUSED_STREAM.code()) {
            spend(1);
        }
        return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ctx.fireChannelRead(message);
        } else if (turn.waiting()) {
            turn.holdLast(in);
        } else {
            take(ctx, in);
        }
    }

    private void take(ChannelHandlerContext ctx, ByteBuf in) {
        int turnEnd = dead ? in.writerIndex() : frames.scan(in);
        if (!dead) {
            clock.read(ctx, inBlock || frames.inFrame());
        }
        if (!dead && turnEnd < in.writerIndex()) {
            turn.holdFirst(ctx, in.retainedSlice(turnEnd, in.writerIndex() - turnEnd));
            in.writerIndex(turnEnd);
        }
        if (dead || !in.isReadable()) {
            in.release();
        } else {
            ctx.fireChannelRead(in);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        turn.readComplete();
        ctx.fireChannelReadComplete();
    }

    @Override
    public boolean begins(ByteBuf in, int from) {
        ChannelHandlerContext ctx = ctx();
        int flags = frames.flags();
        switch (frames.type()) {
            case Http2FrameScanner.DATA -> {
                if (frames.payloadLeft() == 0 && (flags & Http2FrameScanner.END_STREAM) == 0) {
                    spend(1);
                }
                streams.begin(ctx);
            }
            case Http2FrameScanner.HEADERS -> {
                stream(ctx, frames.stream(), in, from);
                streams.begin(ctx);
                blockBytes = 0;
                block(flags);
            }
            case Http2FrameScanner.CONTINUATION -> {
                spend(1);
                block(flags);
            }
            case Http2FrameScanner.RST_STREAM, Http2FrameScanner.GOAWAY -> spend(COST_OF_RESET);
            // They may adjust the window of every stream.
            case Http2FrameScanner.SETTINGS ->
                spend(COST_OF_SETTINGS
                        + frames.payloadLeft() / BYTES_OF_A_FRAME
                        + connection.numActiveStreams() / STREAMS_OF_A_FRAME);
            case Http2FrameScanner.WINDOW_UPDATE -> {
                increment = 0;
                spend(1);
            }
            default -> spend(1);
        }
        return !dead;
    }

    @Override
    public void payload(ByteBuf in, int from, int octets) {
        if (frames.type() == Http2FrameScanner.DATA) {
            streams.came(octets);
        } else if (frames.type() == Http2FrameScanner.WINDOW_UPDATE) {
            for (int i = from; i < from + octets; i++) {
                increment = increment << 8 | (in.getByte(i) & 0xff);
            }
        }
    }

    @Override
    public boolean ends(ByteBuf in, int at) {
        if (frames.preface() || inBlock) {
            return !dead;
        }
        clock.ended();
        int type = frames.type();
        if (type == Http2FrameScanner.WINDOW_UPDATE && (increment & Integer.MAX_VALUE) == 0) {
            spend(COST_OF_FAULT);
        } else if ((type == Http2FrameScanner.HEADERS || type == Http2FrameScanner.CONTINUATION)
                && blockBytes > DOUBTFUL_BLOCK_BYTES
                && !dead) {
            passUntil(ctx(), in, at);
        }
        return turn.goesOn(type) && !dead;
    }

    private void block(int flags) {
        inBlock = (flags & Http2FrameScanner.END_HEADERS) == 0;
        blockBytes += frames.payloadLeft();
        if (blockBytes > limits.headBytes()) {
            end(Http2Error.ENHANCE_YOUR_CALM, "a header block too long");
        } else if (!inBlock && blockBytes > LARGE_BLOCK_BYTES) {
            spend((blockBytes - LARGE_BLOCK_BYTES) / BYTES_OF_A_FRAME);
        }
    }

    private void stream(ChannelHandlerContext ctx, int id, ByteBuf in, int from) {
        if (id > lastStream) {
            lastStream = id;
            streamsSeen++;
            return;
        }
        // What the codec knows of the stream may stand before this frame in the same read.
        passUntil(ctx, in, from);
        Http2Stream there = connection.stream(id);
        if (there != null ? there.state() == Http2Stream.State.HALF_CLOSED_REMOTE : !reset.contains(id)) {
            // Of streams that are no more only this is known: whether there has been one for every number.
            boolean existed = there != null || streamsSeen == (lastStream + 1) / 2;
            end(existed ? Http2Error.STREAM_CLOSED : Http2Error.PROTOCOL_ERROR, "a head on a stream that is closed");
        }
    }

    private static void passUntil(ChannelHandlerContext ctx, ByteBuf in, int at) {
        if (at > in.readerIndex()) {
            ctx.fireChannelRead(in.readRetainedSlice(at - in.readerIndex()));
        }
    }

    private void spend(int cost) {
        if (!dead && !credit.spend(cost, ctx().executor().ticker().nanoTime())) {
            end(Http2Error.ENHANCE_YOUR_CALM, "too many frames that serve no request");
        }
    }

    private ChannelHandlerContext ctx() {
        ChannelHandlerContext there = context;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    /** The codec says GOAWAY, and closes once that is written. */
    private void end(Http2Error error, String why) {
        if (!dead) {
            dead = true;
            ctx().fireExceptionCaught(Http2Exception.connectionError(error, "%s", why));
        }
    }

    private void farewell(ChannelHandlerContext ctx) {
        dead = true;
        clock.stop();
        farewell = ctx.executor().schedule(() -> ctx.close(), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        dead = true;
        clock.stop();
        Future<?> running = farewell;
        if (running != null) {
            running.cancel(false);
        }
        turn.close();
        ctx.fireChannelInactive();
    }
}
