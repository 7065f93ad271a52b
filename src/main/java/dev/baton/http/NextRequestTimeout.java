package dev.baton.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Behind the HTTP/1 codec of a listener without a {@link FramingGuard}: closes a connection whose next request head is not
 * there, whole, within a time that begins when the connection is accepted or the last open exchange has been answered. So
 * neither an idle client nor one that sends a head byte by byte holds a connection for good. One per connection; event loop
 * only.
 */
public final class NextRequestTimeout extends ChannelDuplexHandler {
    private final long limitNanos;

    private int open;
    private long waitingSince;
    private @Nullable Future<?> timer;

    public NextRequestTimeout(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (timer == null) {
            begin(ctx);
        }
        ctx.fireChannelActive();
    }

    private void begin(ChannelHandlerContext ctx) {
        waitingSince = now(ctx);
        look(ctx, limitNanos);
    }

    /** The timer is left running during exchanges: moving it with each one would cost more than looking in vain. */
    private void look(ChannelHandlerContext ctx, long nanos) {
        timer = ctx.executor()
                .schedule(
                        () -> {
                            long left = open > 0 ? limitNanos : waitingSince + limitNanos - now(ctx);
                            if (left <= 0) {
                                ctx.close();
                            } else {
                                look(ctx, left);
                            }
                        },
                        nanos,
                        TimeUnit.NANOSECONDS);
    }

    private static long now(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            open++;
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof LastHttpContent && !informational(message)) {
            open--;
            waitingSince = now(ctx);
        }
        ctx.write(message, promise);
    }

    private static boolean informational(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void end() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }
}
