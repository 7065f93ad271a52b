package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands ahead of the HTTP/1 codec and lets only bytes through that can be read in one way.
 *
 * <p>The codec behind it takes much on trust (obs-fold, double or missing Host, NUL, unknown encodings), and reports a broken
 * chunk as the end of the body. So a head is passed on when it is complete and sound, a body as far as its framing is sound;
 * at the first byte that is not, the guard falls silent for good and sends a {@link Refusal} inbound instead.
 *
 * <p>Requests that a client sends ahead wait here, as the bytes that they are, until {@link OneAtATime} has done with the one
 * before. A head that takes too long, or a new connection that says nothing, is closed without an answer, as Go's server does.
 * One per connection; event loop only.
 */
public final class FramingGuard extends ChannelInboundHandlerAdapter {
    private enum State {
        HEAD,
        FIXED_BODY,
        CHUNKED_BODY,
        TRAILERS,
        REFUSED
    }

    /** Bytes of later requests after which reading stops. */
    private static final int AHEAD_LIMIT_BYTES = 8 * 1024;

    /**
     * Bytes that may come while the channel is held back. More of them come only when the client has sent its end: the transport
     * reads all before it tells of that, however much the socket holds, and the exchange will be given up anyway.
     */
    private static final int HELD_BACK_LIMIT_BYTES = 256 * 1024;

    /** Shared by all connections of a loop: a head is judged in one go and never kept here. */
    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[8 * 1024];
        }
    };

    private final GuardLimits limits;
    private final RequestHead head;
    private final ChunkScanner chunks = new ChunkScanner();

    private @Nullable ChannelHandlerContext context;
    private State state = State.HEAD;
    /** A request has been passed on, and its exchange has not ended. */
    private boolean open;

    private long remaining;
    private int heldBack;
    private boolean emptyLineSkipped;

    /** The beginning of a head or trailer section whose end has not come yet, or requests that have come too early. */
    private @Nullable ByteBuf held;
    /** Bytes at the beginning of {@link #held} that are known to hold no end. */
    private int searched;
    /** Too much has come too early, and reading has stopped for it. */
    private boolean stopped;

    private @Nullable Refusal refusal;
    private @Nullable Future<?> timer;
    /** The timer runs for a head that has begun, and not for the first byte. */
    private boolean headTimed;

    public FramingGuard(GuardLimits limits) {
        this.limits = limits;
        head = new RequestHead(limits.fields(), limits.lenient());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (ctx.channel().isActive()) {
            startTimer(ctx, limits.firstByteMillis());
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (timer == null) {
            startTimer(ctx, limits.firstByteMillis());
        }
        ctx.fireChannelActive();
    }

    /** The first octets have come, and wait ahead of this handler for more. */
    void begun(ChannelHandlerContext ctx) {
        stopTimer();
        startTimer(ctx, limits.headMillis());
        headTimed = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf read)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (state == State.REFUSED || tooMuchHeldBack(ctx, read)) {
            read.release();
            return;
        }
        pass(ctx, join(read));
    }

    private boolean tooMuchHeldBack(ChannelHandlerContext ctx, ByteBuf read) {
        if (ctx.channel().config().isAutoRead()) {
            heldBack = 0;
            return false;
        }
        heldBack += read.readableBytes();
        if (heldBack <= HELD_BACK_LIMIT_BYTES) {
            return false;
        }
        state = State.REFUSED;
        ctx.channel().close();
        return true;
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf in) {
        int sound = judge(in);
        if (sound == in.writerIndex()) {
            settle(ctx);
            ctx.fireChannelRead(in);
            return;
        }
        int passed = sound - in.readerIndex();
        ByteBuf first = passed > 0 ? in.readRetainedSlice(passed) : null;
        if (refusal == null) {
            hold(ctx, in);
        } else {
            in.release();
        }
        settle(ctx);
        if (first != null) {
            ctx.fireChannelRead(first);
        }
        if (refusal != null && state != State.REFUSED) {
            state = State.REFUSED;
            ctx.fireChannelRead(refusal);
        }
    }

    // Called by ServerCodec.

    /** So much of the body of known length has left the socket without coming by here. */
    void bodyPassed(long bytes) {
        remaining -= bytes;
        if (remaining == 0) {
            state = State.HEAD;
        }
    }

    // Called by OneAtATime.

    /** Whether what is ambiguous is read as the Go sidecar reads it. */
    boolean lenient() {
        return limits.lenient();
    }

    /** The exchange of the request that was passed on last is over. */
    void exchangeEnded() {
        open = false;
        if (held != null && context != null) {
            // From a clean stack: the handlers below may be in the middle of the exchange that ends.
            context.executor().execute(this::passHeld);
        }
    }

    private void passHeld() {
        ByteBuf in = held;
        ChannelHandlerContext ctx = context;
        if (in == null || ctx == null || open) {
            return;
        }
        held = null;
        pass(ctx, in);
        ctx.fireChannelReadComplete();
    }

    /** Nothing that comes from now on is of interest. */
    void discard() {
        state = State.REFUSED;
        drop();
    }

    /** Returns the index of the first byte that must not be passed on: it is refused, or more has to come first. */
    private int judge(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end && !tooEarly()) {
            int next =
                    switch (state) {
                        case HEAD -> head(in, at, end);
                        case FIXED_BODY -> fixedBody(at, end);
                        case CHUNKED_BODY -> chunkedBody(in, at, end);
                        case TRAILERS -> trailers(in, at, end);
                        case REFUSED -> at;
                    };
            if (refusal != null || next == at) {
                return next;
            }
            at = next;
        }
        return at;
    }

    private int head(ByteBuf in, int from, int end) {
        int at = from;
        byte first = in.getByte(at);
        if (first == '\r' || first == '\n') {
            // RFC 9112 2.2: one empty line ahead of a request line is tolerated.
            if (emptyLineSkipped) {
                return refuse(RequestHead.MALFORMED, false, from);
            }
            if (first == '\n') {
                emptyLineSkipped = true;
                return from + 1;
            }
            if (from + 1 == end) {
                return from;
            }
            if (in.getByte(from + 1) != '\n') {
                return refuse(RequestHead.MALFORMED, false, from);
            }
            emptyLineSkipped = true;
            return from + 2;
        }
        int headEnd = sectionEnd(in, from, end);
        int length = (headEnd < 0 ? end : headEnd) - from;
        if (length > limits.headBytes()) {
            return refuse(RequestHead.TOO_LARGE, false, from);
        }
        if (headEnd < 0) {
            return from;
        }
        Refusal unsound = head.check(copy(in, from, length), length);
        if (unsound != null) {
            return refuse(unsound, false, from);
        }
        emptyLineSkipped = false;
        open = true;
        if (head.chunked()) {
            chunks.begin();
            state = State.CHUNKED_BODY;
        } else if (head.length() > 0) {
            remaining = head.length();
            state = State.FIXED_BODY;
        }
        return headEnd;
    }

    private int fixedBody(int from, int end) {
        long length = Math.min(remaining, end - from);
        remaining -= length;
        if (remaining == 0) {
            state = State.HEAD;
        }
        return from + (int) length;
    }

    private int chunkedBody(ByteBuf in, int from, int end) {
        int at = chunks.scan(in, from, end);
        if (chunks.bad()) {
            return refuse(badChunk(), true, at);
        }
        if (chunks.ended()) {
            state = State.TRAILERS;
        }
        return at;
    }

    private Refusal badChunk() {
        if (!limits.lenient()) {
            return RequestHead.MALFORMED;
        }
        return chunks.badData() ? RequestHead.BAD_DATA_AS_GO : RequestHead.BAD_CHUNK_AS_GO;
    }

    private int trailers(ByteBuf in, int from, int end) {
        int sectionEnd = trailersEnd(in, from, end);
        int length = (sectionEnd < 0 ? end : sectionEnd) - from;
        if (length > limits.headBytes()) {
            return refuse(RequestHead.TOO_LARGE, true, from);
        }
        if (sectionEnd < 0) {
            return from;
        }
        Refusal unsound = head.checkTrailers(copy(in, from, length), length);
        if (unsound != null) {
            return refuse(unsound, true, from);
        }
        state = State.HEAD;
        return sectionEnd;
    }

    private int trailersEnd(ByteBuf in, int from, int end) {
        if (in.getByte(from) == '\n') {
            return from + 1;
        }
        if (in.getByte(from) == '\r' && from + 1 < end && in.getByte(from + 1) == '\n') {
            return from + 2;
        }
        return sectionEnd(in, from, end);
    }

    /** Returns the index after the empty line that ends the fields, or -1. */
    private int sectionEnd(ByteBuf in, int from, int end) {
        int at = Math.max(from, searched);
        searched = 0;
        while (true) {
            int lf = in.indexOf(at, end, (byte) '\n');
            if (lf < 0) {
                return -1;
            }
            if (lf + 1 < end && in.getByte(lf + 1) == '\n') {
                return lf + 2;
            }
            if (lf + 2 < end && in.getByte(lf + 1) == '\r' && in.getByte(lf + 2) == '\n') {
                return lf + 3;
            }
            at = lf + 1;
        }
    }

    private int refuse(Refusal why, boolean inBody, int at) {
        refusal = inBody ? new Refusal(why.status(), why.text(), true) : why;
        return at;
    }

    private static byte[] copy(ByteBuf in, int from, int length) {
        byte[] scratch = SCRATCH.get();
        if (scratch.length < length) {
            scratch = new byte[Integer.highestOneBit(length) << 1];
            SCRATCH.set(scratch);
        }
        in.getBytes(from, scratch, 0, length);
        return scratch;
    }

    private ByteBuf join(ByteBuf read) {
        ByteBuf before = held;
        if (before == null) {
            return read;
        }
        held = null;
        before.writeBytes(read);
        read.release();
        return before;
    }

    /** Copied into a buffer of its own size: few bytes of a slow client must not pin a whole receive buffer. */
    private void hold(ChannelHandlerContext ctx, ByteBuf rest) {
        ByteBuf copy = ctx.alloc().buffer(Math.max(rest.readableBytes(), 256));
        copy.writeBytes(rest);
        rest.release();
        held = copy;
        // The last two bytes may be the beginning of the end. What came too early has not been searched at all.
        searched = tooEarly() ? 0 : Math.max(0, copy.writerIndex() - 2);
    }

    private boolean tooEarly() {
        return open && state == State.HEAD;
    }

    /** Starts the clock of a head that has begun, stops it when none has; stops reading when too much has come too early. */
    private void settle(ChannelHandlerContext ctx) {
        ByteBuf waiting = held;
        boolean full = waiting != null && tooEarly() && waiting.readableBytes() > AHEAD_LIMIT_BYTES;
        if (full != stopped) {
            stopped = full;
            ReadGate gate = ReadGate.of(ctx.channel());
            if (full) {
                gate.hold(ReadGate.Reason.PIPELINE);
            } else {
                gate.release(ReadGate.Reason.PIPELINE);
            }
        }
        boolean headBegun = held != null && refusal == null && !open;
        if (!headBegun) {
            stopTimer();
            headTimed = false;
        } else if (!headTimed) {
            stopTimer();
            startTimer(ctx, limits.headMillis());
            headTimed = true;
        }
    }

    private void startTimer(ChannelHandlerContext ctx, int millis) {
        timer = ctx.executor().schedule(() -> expired(ctx), millis, TimeUnit.MILLISECONDS);
    }

    private void expired(ChannelHandlerContext ctx) {
        if (ctx.channel().config().isAutoRead()) {
            ctx.close();
        } else {
            // It is back-pressure of our own that keeps the rest of the head away.
            startTimer(ctx, limits.headMillis());
        }
    }

    private void stopTimer() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    /** After an upgrade: what was held belongs to the new protocol. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = held;
        held = null;
        drop();
        if (rest != null) {
            ctx.fireChannelRead(rest);
        }
    }

    private void drop() {
        stopTimer();
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }
}
