package dev.baton.metrics;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request head is not there within a time that begins with the connection, and later with the head's
 * first octet: Go's {@code ReadHeaderTimeout}. Ahead of the codec; one per connection, event loop only.
 */
final class HeadTimeout extends ChannelInboundHandlerAdapter {
    private final Duration limit;
    private boolean between = true;
    private @Nullable Future<?> timer;

    HeadTimeout(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        start(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (between && timer == null) {
            start(ctx);
        }
        ctx.fireChannelRead(message);
    }

    private void start(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> ctx.close(), limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A head is there. */
    void headSeen() {
        between = false;
        stop();
    }

    /** Its answer is written: what comes now is the next head. */
    void answered() {
        between = true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }

    private void stop() {
        Future<?> running = timer;
        if (running != null) {
            timer = null;
            running.cancel(false);
        }
    }
}
