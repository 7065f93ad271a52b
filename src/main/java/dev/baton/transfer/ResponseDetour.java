package dev.baton.transfer;

import dev.baton.http.AnswerGate;
import dev.baton.pull.PullProtocol;
import dev.baton.pull.Window;
import dev.baton.pull.Windows;
import dev.baton.wire.BodyPipe;
import dev.baton.wire.HeldBody;
import dev.baton.wire.IdleWatch;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A large response that its caller's sidecar pulls instead of being sent it. The head goes ahead with a reference, as a chunked message
 * without data; the end of that message follows when the pull has been acknowledged. Whatever goes wrong in between cuts the connection,
 * so that the caller sees a response that is not whole.
 *
 * <p>Of a response of unknown length the first bytes are held back for a moment, to see whether it is a large one. Event loop of the
 * front channel only.
 */
final class ResponseDetour implements BodyPipe.Owner {
    private static final long HOLD_MILLIS = 10;
    private static final long SIGN_OF_LIFE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ChannelHandlerContext ctx;
    private final EventLoop loop;
    private final DeliveryTools tools;
    private final BodyPipe pipe;
    private final HeldBody body;

    private @Nullable HttpResponse head;
    private @Nullable ScheduledFuture<?> hold;
    private @Nullable IdleWatch watch;
    private @Nullable Window window;
    private Windows.@Nullable Permit permit;
    private @Nullable HttpHeaders trailers;
    private final ArrayDeque<HttpContent> heldBack = new ArrayDeque<>(4);
    private long heldBytes;
    private long unclaimedSinceNanos;
    private long lastSignNanos;
    private boolean throttled;
    private boolean inline;
    private boolean over;

    ResponseDetour(ChannelHandlerContext ctx, DeliveryTools tools) {
        this.ctx = ctx;
        this.loop = ctx.channel().eventLoop();
        this.tools = tools;
        pipe = new BodyPipe(loop, this);
        body = new HeldBody(pipe, loop);
    }

    /** Whether the response may be a large one. Streams of events and of calls are to arrive piece by piece, however much they are. */
    static boolean worthwhile(HttpResponse head, long inlineBytes) {
        int code = head.status().code();
        if (code == 204 || code == 304) {
            return false;
        }
        long length = HttpUtil.getContentLength(head, -1L);
        if (length >= 0) {
            return length > inlineBytes;
        }
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        return !type.startsWith("text/event-stream") && !type.startsWith("application/grpc");
    }

    /** Takes the response over, or gives false if it must go inline: all windows are in use. */
    boolean begin(HttpResponse response) {
        long length = HttpUtil.getContentLength(response, -1L);
        if (length >= 0) {
            return open(response, length);
        }
        head = response;
        hold = loop.schedule(this::passInline, HOLD_MILLIS, TimeUnit.MILLISECONDS);
        return true;
    }

    private boolean open(HttpResponse response, long size) {
        Windows.Permit granted = tools.windows().tryAcquire();
        if (granted == null) {
            return false;
        }
        HttpHeaders fields = response.headers();
        String type = fields.get(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS);
        Offers.Offered offered;
        try {
            offered = tools.offers().open(size, type, body, loop, this::pullEnded);
        } catch (RefusedException unsealed) {
            granted.close();
            return false;
        }
        permit = granted;
        window = offered.window();
        fields.set(BatonHeaders.REFERENCE, offered.reference());
        fields.remove(HttpHeaderNames.CONTENT_LENGTH);
        fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        if (size >= 0) {
            fields.set(BatonHeaders.LENGTH, Long.toString(size));
        }
        unclaimedSinceNanos = System.nanoTime();
        watch = new IdleWatch(loop, tools.limits().idle(), this::unclaimedNanos, this::cut);
        ctx.writeAndFlush(response, ctx.voidPromise());
        return true;
    }

    /** Takes the content over. True when the response has turned out to go inline, and this has let it go. */
    boolean content(HttpContent content, ChannelPromise promise) {
        promise.trySuccess();
        if (over) {
            content.release();
            return false;
        }
        if (head != null) {
            return holdBack(content);
        }
        take(content);
        return false;
    }

    private boolean holdBack(HttpContent content) {
        heldBack.add(content);
        heldBytes += content.content().readableBytes();
        HttpResponse waiting = head;
        if (heldBytes > tools.inlineBytes() && waiting != null) {
            stopHolding();
            if (open(waiting, -1)) {
                for (HttpContent early; (early = heldBack.poll()) != null; ) {
                    take(early);
                }
                return false;
            }
            head = waiting;
            passInline();
            return true;
        }
        if (content instanceof LastHttpContent) {
            passInline();
            return true;
        }
        return false;
    }

    private void stopHolding() {
        head = null;
        ScheduledFuture<?> due = hold;
        hold = null;
        if (due != null) {
            due.cancel(false);
        }
    }

    /** It is small, or comes slowly, or no window is free. */
    private void passInline() {
        HttpResponse waiting = head;
        stopHolding();
        if (waiting != null) {
            over = true;
            inline = true;
            ctx.write(waiting, ctx.voidPromise());
            for (HttpContent early; (early = heldBack.poll()) != null; ) {
                ctx.write(early, ctx.voidPromise());
            }
            ctx.flush();
        }
    }

    /** Whether what comes from now on passes by. */
    boolean inline() {
        return inline;
    }

    private void take(HttpContent content) {
        if (content instanceof LastHttpContent end) {
            trailers = end.trailingHeaders();
            pipe.offer(end.content());
            pipe.complete(end.trailingHeaders());
        } else {
            pipe.offer(content.content());
            if (!throttled && pipe.queuedBytes() >= tools.limits().windowBytes() / 2) {
                throttle(true);
            }
        }
    }

    private void throttle(boolean on) {
        throttled = on;
        AnswerGate.hold(ctx, on);
    }

    @Override
    public void taken() {
        if (throttled && pipe.queuedBytes() <= tools.limits().windowBytes() / 4) {
            throttle(false);
        }
        long now = System.nanoTime();
        if (!over && now - lastSignNanos > SIGN_OF_LIFE_NANOS) {
            // Writes no byte, but shows the timeouts above that the response goes on.
            lastSignNanos = now;
            ctx.write(new DefaultHttpContent(Unpooled.EMPTY_BUFFER), ctx.voidPromise());
        }
    }

    @Override
    public void cancelled() {}

    private long unclaimedNanos() {
        Window offered = window;
        if (offered == null || !offered.waiting()) {
            unclaimedSinceNanos = System.nanoTime();
            return 0;
        }
        return System.nanoTime() - unclaimedSinceNanos;
    }

    private void pullEnded() {
        Window offered = window;
        HttpHeaders trailing = trailers;
        if (over || offered == null) {
            return;
        }
        if (offered.delivered() && trailing != null) {
            close();
            LastHttpContent end = trailing.isEmpty()
                    ? LastHttpContent.EMPTY_LAST_CONTENT
                    : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, trailing);
            ctx.writeAndFlush(end, ctx.voidPromise());
        } else {
            cut();
        }
    }

    /** The caller's sidecar sees a chunked message that breaks off. */
    private void cut() {
        abort();
        ctx.close();
    }

    /** Lets go of everything; what has been written stays as it is. Idempotent. */
    void abort() {
        if (!over) {
            stopHolding();
            close();
        }
    }

    private void close() {
        over = true;
        if (watch != null) {
            watch.stop();
        }
        if (window != null) {
            tools.offers().withdraw(window);
        }
        body.close();
        pipe.cancel();
        for (HttpContent early; (early = heldBack.poll()) != null; ) {
            early.release();
        }
        if (permit != null) {
            permit.close();
        }
        if (throttled) {
            throttle(false);
        }
    }
}
