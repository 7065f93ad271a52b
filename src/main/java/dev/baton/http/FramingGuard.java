package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * Stands ahead of the HTTP/1 codec and lets only bytes through that can be read in one way.
 *
 * <p>The codec behind it takes much on trust (obs-fold, double or missing Host, NUL, unknown encodings), and reports a broken
 * chunk as the end of the body. So a head is passed on when it is complete and sound, a body as far as its framing is sound;
 * at the first byte that is not, the guard falls silent for good and sends a {@link Refusal} inbound instead.
 *
 * <p>Requests that a client sends ahead wait here, as the bytes that they are, until {@link OneAtATime} has done with the one
 * before. A head that takes too long, or a new connection that says nothing, is closed without an answer, as Go's server does; one
 * that its client has cut short is refused with 400, a body that comes too slowly with 408. One per connection; event loop only.
 */
public final class FramingGuard extends ChannelInboundHandlerAdapter {
    /** Bytes of later requests after which reading stops. */
    private static final int AHEAD_LIMIT_BYTES = 8 * 1024;

    /**
     * Bytes that may come while the channel is held back. More of them come only when the client has sent its end: the transport
     * reads all before it tells of that, however much the socket holds, and the exchange will be given up anyway.
     */
    private static final int HELD_BACK_LIMIT_BYTES = 256 * 1024;

    /** Go's server waits for so many octets before it takes them for the beginning of a further request. */
    private static final int LEAST_LATER_HEAD = 4;

    private static final Refusal TOO_SLOW =
            new Refusal(HttpResponseStatus.REQUEST_TIMEOUT, "408 Request Timeout", true);

    private final GuardLimits limits;
    private final boolean service;
    private final RequestScanner scanner;
    private final HeadClock clock;

    private @Nullable ChannelHandlerContext context;
    /** A refusal has been sent on, or nobody wants to hear more. */
    private boolean silent;

    private int heldBack;
    /** The beginning of a head or trailer section whose end has not come yet, or requests that have come too early. */
    private @Nullable ByteBuf held;
    /** Too much has come too early, and reading has stopped for it. */
    private boolean stopped;

    /** A request has been served. */
    private boolean later;
    /** The connection is to stay for an answer when the client has sent its end. */
    private boolean outlivesInput;

    /** The client has sent its end, and an answer is due all the same. */
    private boolean inputEnded;

    private @Nullable BodyWatch watch;

    /** Of a port where an exchange has lost its meaning when its client has sent its end. */
    public FramingGuard(GuardLimits limits) {
        this(limits, false);
    }

    private FramingGuard(GuardLimits limits, boolean service) {
        this.limits = limits;
        this.service = service;
        scanner = new RequestScanner(limits, service);
        clock = new HeadClock(limits);
    }

    /**
     * Of a port whose requests go no further. They are answered when their client has sent its end, too; those with a body that
     * it has not completed are refused. The end is told to the handlers behind.
     */
    public static FramingGuard ofService(GuardLimits limits) {
        return new FramingGuard(limits, true);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (service) {
            ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        if (ctx.channel().isActive()) {
            clock.awaitFirst(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        clock.awaitFirst(ctx);
        ctx.fireChannelActive();
    }

    /** The first octets have come, and wait ahead of this handler for more. */
    void begun(ChannelHandlerContext ctx) {
        clock.begun(ctx);
        answerIfCut(ctx, true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf read)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (silent || tooMuchHeldBack(ctx, read)) {
            read.release();
            return;
        }
        BodyWatch looking = watch;
        if (looking != null) {
            looking.came(read.readableBytes());
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
        silent = true;
        ctx.channel().close();
        return true;
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf in) {
        int sound = scanner.scan(in);
        Refusal refusal = scanner.refusal();
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
        if (refusal != null && !silent) {
            silent = true;
            ctx.fireChannelRead(refusal);
        }
    }

    // Called by ServerCodec.

    /** So much of the body of known length has left the socket without coming by here. */
    void bodyPassed(long bytes) {
        scanner.bodyPassed(bytes);
        BodyWatch looking = watch;
        if (looking != null) {
            looking.came(bytes);
        }
    }

    /** Whether a body follows that is not all there. */
    boolean bodyIncomplete() {
        return scanner.inBody();
    }

    // Called by OneAtATime.

    GuardLimits limits() {
        return limits;
    }

    /** Whether what is ambiguous is read as the Go sidecar reads it. */
    boolean lenient() {
        return limits.lenient();
    }

    /** The exchange of the request that was passed on last is over. */
    void exchangeEnded() {
        later = true;
        scanner.exchangeEnded();
        BodyWatch looking = watch;
        if (looking != null) {
            looking.exchangeEnded();
        }
        if ((held != null || inputEnded) && context != null) {
            // From a clean stack: the handlers below may be in the middle of the exchange that ends.
            context.executor().execute(this::passHeld);
        }
    }

    private void passHeld() {
        ByteBuf in = held;
        ChannelHandlerContext ctx = context;
        if (ctx == null || scanner.open()) {
            return;
        }
        if (in != null) {
            held = null;
            pass(ctx, in);
            ctx.fireChannelReadComplete();
        }
        if (inputEnded && !silent) {
            afterInput(ctx);
        }
    }

    /** Nothing that comes from now on is of interest. */
    void discard() {
        silent = true;
        drop();
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
        scanner.kept(copy.writerIndex());
    }

    /** Starts the clock of a head that has begun, stops it when none has; stops reading when too much has come too early. */
    private void settle(ChannelHandlerContext ctx) {
        ByteBuf waiting = held;
        boolean full = waiting != null && scanner.tooEarly() && waiting.readableBytes() > AHEAD_LIMIT_BYTES;
        if (full != stopped) {
            stopped = full;
            ReadGate gate = ReadGate.of(ctx.channel());
            if (full) {
                gate.hold(ReadGate.Reason.PIPELINE);
            } else {
                gate.release(ReadGate.Reason.PIPELINE);
            }
        }
        boolean begun = held != null && scanner.refusal() == null && !scanner.open();
        if (begun) {
            clock.begun(ctx);
        } else {
            clock.stop();
        }
        answerIfCut(ctx, begun || scanner.inChunks());
        if (scanner.inBody() && limits.bodyBytesPerSecond() > 0) {
            watchBody(ctx);
        }
    }

    /** Whether the client's end, should it come now, leaves the connection open for an answer. */
    private void answerIfCut(ChannelHandlerContext ctx, boolean answer) {
        if (answer != outlivesInput && !service) {
            outlivesInput = answer;
            ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, answer);
        }
    }

    /** A head that its client has begun and ended is malformed; a chunked body is what Go's transport says of one. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event != ChannelInputShutdownEvent.INSTANCE) {
            ctx.fireUserEventTriggered(event);
        } else if (service) {
            inputEnded = true;
            if (silent) {
                ctx.close();
                return;
            }
            if (scanner.inBody()) {
                afterInput(ctx);
            } else {
                // Behind what may be waiting for its turn.
                ctx.executor().execute(this::passHeld);
            }
            ctx.fireUserEventTriggered(event);
        } else if (outlivesInput && !silent && scanner.inChunks()) {
            ByteBuf begun = held;
            Refusal cut = scanner.cutShort(begun == null ? 0 : begun.readableBytes());
            discard();
            ctx.fireChannelRead(cut);
        } else if (outlivesInput && !silent && worthAnAnswer(held)) {
            discard();
            ctx.fireChannelRead(RequestHead.MALFORMED);
        } else {
            ctx.close();
        }
    }

    /** There will be no more than what is held. */
    private void afterInput(ChannelHandlerContext ctx) {
        if (scanner.inBody()) {
            discard();
            ctx.fireChannelRead(RequestHead.MALFORMED.inItsBody());
        } else if (!scanner.open()) {
            if (worthAnAnswer(held)) {
                discard();
                ctx.fireChannelRead(RequestHead.MALFORMED);
            } else {
                ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    private boolean worthAnAnswer(@Nullable ByteBuf cut) {
        return cut != null && (!later || cut.readableBytes() >= LEAST_LATER_HEAD);
    }

    private void watchBody(ChannelHandlerContext ctx) {
        BodyWatch looking = watch;
        if (looking == null) {
            looking = new BodyWatch(this, ctx, scanner, limits);
            watch = looking;
        }
        looking.begin();
    }

    // Called by BodyWatch.

    /** The client does not send what it has announced. */
    void bodyTooSlow() {
        ChannelHandlerContext ctx = context;
        if (ctx != null && !silent) {
            discard();
            ctx.fireChannelRead(TOO_SLOW);
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
        answerIfCut(ctx, false);
        if (rest != null) {
            ctx.fireChannelRead(rest);
        }
    }

    private void drop() {
        clock.stop();
        BodyWatch looking = watch;
        if (looking != null) {
            looking.stop();
        }
        ByteBuf rest = held;
        if (rest != null) {
            held = null;
            rest.release();
        }
    }
}
