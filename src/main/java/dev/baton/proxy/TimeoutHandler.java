package dev.baton.proxy;

import dev.baton.config.Imitation;
import dev.baton.config.ProxySettings;
import dev.baton.config.Timeouts;
import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.GoDuration;
import dev.baton.http.Reached;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The revision's three limits: on the whole request, on the start of its response, on gaps in it. Waiting for a turn counts.
 *
 * <p>Before the response has begun the answer is 504 {@code request timeout}. After that the connection is cut, so that
 * nobody takes the response for a complete one, unless the Go sidecar's way is asked for, which ends it with that text. A connection that has been upgraded is held to the first limit only: silence
 * is no failure of a websocket. One timer per connection, which outlives requests and is moved only when it
 * would ring too late, because setting one for each request costs more than all else here.
 */
final class TimeoutHandler extends ChannelDuplexHandler {
    private static final long NEVER = Long.MAX_VALUE;
    private static final String TEXT = "request timeout";

    private final long overallNanos;
    private final long responseStartNanos;
    private final long idleNanos;
    private final boolean appendsText;
    private final boolean cutsUpgrades;
    private final ProxyLog log;

    private boolean open;
    private boolean responseStarted;
    private boolean responseChunked;
    private boolean upgraded;
    private long begunAt;
    private long lastWriteAt;

    private @Nullable Future<?> timer;
    private long ringsAt;

    TimeoutHandler(ProxySettings settings, Timeouts timeouts, ProxyLog log) {
        appendsText = settings.imitates(Imitation.TIMEOUT_TEXT);
        cutsUpgrades = settings.imitates(Imitation.UPGRADE_TIMEOUTS);
        overallNanos = timeouts.overall().toNanos();
        responseStartNanos = orNever(timeouts.responseStart());
        idleNanos = orNever(timeouts.idle());
        this.log = log;
    }

    private static long orNever(Duration limit) {
        return limit.isZero() ? NEVER : limit.toNanos();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            if (overallNanos == 0) {
                ReferenceCountUtil.release(message);
                log.warn("Request timeout: 0s");
                answer(ctx, "overall 0s", Reached.NO);
                return;
            }
            begin(ctx);
        }
        ctx.fireChannelRead(message);
    }

    private void begin(ChannelHandlerContext ctx) {
        open = true;
        responseStarted = false;
        upgraded = false;
        begunAt = System.nanoTime();
        lastWriteAt = begunAt;
        long due = nextDue();
        if (timer == null || ringsAt - due > 0) {
            set(ctx, due);
        }
    }

    private long nextDue() {
        long left = begunAt + overallNanos;
        if (responseStartNanos != NEVER && (!responseStarted || (upgraded && cutsUpgrades))) {
            left = earlier(left, begunAt + responseStartNanos);
        }
        if (idleNanos != NEVER && (!upgraded || cutsUpgrades)) {
            left = earlier(left, lastWriteAt + idleNanos);
        }
        return left;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    private void set(ChannelHandlerContext ctx, long due) {
        stop();
        ringsAt = due;
        long delay = Math.max(0, due - System.nanoTime());
        timer = ctx.executor().schedule(() -> ring(ctx), delay, TimeUnit.NANOSECONDS);
    }

    private void ring(ChannelHandlerContext ctx) {
        timer = null;
        if (!open) {
            return;
        }
        long due = nextDue();
        if (due - System.nanoTime() > 0) {
            set(ctx, due);
            return;
        }
        open = false;
        String limit = limit(due);
        log.warn(reason(limit));
        ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
        if (!responseStarted) {
            answer(ctx, limit, Reached.MAYBE);
        } else if (appendsText && responseChunked) {
            ctx.write(new DefaultHttpContent(ByteBufUtil.writeAscii(ctx.alloc(), TEXT)), ctx.voidPromise());
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, ctx.voidPromise());
        } else {
            ctx.close();
        }
    }

    private String limit(long due) {
        if (due == begunAt + overallNanos) {
            return "overall " + GoDuration.format(overallNanos);
        }
        if (idleNanos != NEVER && due == lastWriteAt + idleNanos) {
            return "idle " + GoDuration.format(idleNanos);
        }
        return "response-start " + GoDuration.format(responseStartNanos);
    }

    private static String reason(String limit) {
        int space = limit.indexOf(' ');
        String name =
                switch (limit.substring(0, space)) {
                    case "overall" -> "Request";
                    case "idle" -> "Idle";
                    default -> "Response start";
                };
        return name + " timeout:" + limit.substring(space);
    }

    private static void answer(ChannelHandlerContext ctx, String limit, Reached reached) {
        ctx.writeAndFlush(
                Answers.mark(
                        Answers.text(HttpResponseStatus.GATEWAY_TIMEOUT, TEXT),
                        "request-timeout",
                        "limit=" + limit,
                        reached),
                ctx.voidPromise());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (open) {
            if (idleNanos != NEVER) {
                lastWriteAt = System.nanoTime();
            }
            if (message instanceof HttpResponse response) {
                upgraded = response.status().code() == 101;
                responseStarted = upgraded || response.status().code() >= 200;
                responseChunked = !upgraded && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
            }
            if (message instanceof LastHttpContent && responseStarted && !upgraded) {
                open = false;
            }
        }
        ctx.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        open = false;
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
