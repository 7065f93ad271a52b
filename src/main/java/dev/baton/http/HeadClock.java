package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may take to say its first octet, and each head from its first octet to its last: then it is closed without
 * an answer, as Go's server does. One per connection; event loop only.
 */
final class HeadClock {
    private final GuardLimits limits;
    private @Nullable Future<?> timer;
    /** The timer runs for a head that has begun, and not for the first octet. */
    private boolean headBegun;

    HeadClock(GuardLimits limits) {
        this.limits = limits;
    }

    /** The connection is there, and has said nothing. Idempotent. */
    void awaitFirst(ChannelHandlerContext ctx) {
        if (timer == null) {
            start(ctx, limits.firstByteMillis());
        }
    }

    /** A part of a head has come. Time runs from the first such call on. */
    void begun(ChannelHandlerContext ctx) {
        if (!headBegun) {
            stop();
            start(ctx, limits.headMillis());
            headBegun = true;
        }
    }

    /** No head has begun. */
    void stop() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
        headBegun = false;
    }

    private void start(ChannelHandlerContext ctx, int millis) {
        timer = ctx.executor().schedule(() -> expired(ctx), millis, TimeUnit.MILLISECONDS);
    }

    private void expired(ChannelHandlerContext ctx) {
        if (ctx.channel().config().isAutoRead()) {
            ctx.close();
        } else {
            // It is back-pressure of our own that keeps the rest of the head away.
            start(ctx, limits.headMillis());
        }
    }
}
