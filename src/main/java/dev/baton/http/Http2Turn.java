package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * How much of one HTTP/2 connection is worked off before the others of its event loop have their turn. One read may bring thousands of
 * frames, each of which may be a request: what is beyond some dozen of them is held back, unread, until the loop has looked at its
 * other sockets. The connection is not read meanwhile, so that what is held is at most one read. One per connection; event loop only.
 */
final class Http2Turn {
    /** What a turn has for frames: some tenths of a millisecond if they are requests. Large frames never come so far in one read. */
    private static final int BUDGET = 16;

    /** A request, or settings, which may adjust the window of every stream. */
    private static final int DEAR = 4;

    private final Consumer<ByteBuf> taker;
    private final Deque<ByteBuf> held = new ArrayDeque<>(2);
    private int spent;
    private boolean waiting;

    /** @param taker works off one buffer, which is then its own; it may call {@link #holdFirst} for the rest of it */
    Http2Turn(Consumer<ByteBuf> taker) {
        this.taker = taker;
    }

    /** A frame is complete, of this type. Returns whether the next one may be looked at in this turn. */
    boolean goesOn(int type) {
        boolean request = type == Http2FrameScanner.HEADERS;
        spent += request || type == Http2FrameScanner.SETTINGS ? DEAR : 1;
        // The frame behind a request may take it back, and then it is no work.
        return spent < (request ? BUDGET + DEAR : BUDGET);
    }

    /** All that has been read now has been passed on or held. */
    void readComplete() {
        if (!waiting) {
            spent = 0;
        }
    }

    /** Whether what comes now has to wait behind what is held. */
    boolean waiting() {
        return waiting;
    }

    /** Behind all that is held. */
    void holdLast(ByteBuf rest) {
        held.addLast(rest);
    }

    /** Ahead of all that is held; the next turn begins as soon as the loop's other sockets have been looked at. */
    void holdFirst(ChannelHandlerContext ctx, ByteBuf rest) {
        held.addFirst(rest);
        waiting = true;
        ctx.channel().config().setAutoRead(false);
        EventLoops.giveWay(ctx.executor(), () -> next(ctx));
    }

    private void next(ChannelHandlerContext ctx) {
        waiting = false;
        spent = 0;
        while (!waiting && !held.isEmpty()) {
            taker.accept(held.remove());
        }
        readComplete();
        ctx.fireChannelReadComplete();
        if (!waiting) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** The connection has ended: nobody reads the rest. */
    void close() {
        for (ByteBuf rest = held.poll(); rest != null; rest = held.poll()) {
            rest.release();
        }
    }
}
