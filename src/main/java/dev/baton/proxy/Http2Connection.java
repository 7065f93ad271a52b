package dev.baton.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to the user's program: how many streams it has, how many it may have, and when it ends. It carries no
 * request before the program's SETTINGS have come, so that a program that does not speak HTTP/2 has seen none. Event loop only.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter {
    private static final int WINDOW_BYTES = 64 << 20;
    /** Streams at once if the program names no limit. */
    private static final long MOST_STREAMS = 1000;

    private static final int SETTINGS_SECONDS = 10;
    private static final int IDLE_SECONDS = 90;

    private final Http2Upstream upstream;
    private @Nullable ChannelHandlerContext context;
    private long maxStreams = -1;
    private int streams;
    private boolean idle;
    private boolean closing;
    private @Nullable String failure;
    private @Nullable Future<?> timer;

    private Http2Connection(Http2Upstream upstream) {
        this.upstream = upstream;
    }

    static void addTo(ChannelPipeline pipeline, Http2Upstream upstream) {
        pipeline.addLast(new Http2MultiplexHandler(new Unasked()), new Http2Connection(upstream));
    }

    /** A stream that the program opens, which it has been told not to. */
    private static final class Unasked extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.write(new DefaultHttp2WindowUpdateFrame(WINDOW_BYTES));
        ctx.flush();
        timer = ctx.executor().schedule(() -> ctx.close(), SETTINGS_SECONDS, TimeUnit.SECONDS);
        ctx.fireChannelActive();
    }

    private ChannelHandlerContext ctx() {
        ChannelHandlerContext there = context;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    boolean ready() {
        return maxStreams >= 0;
    }

    boolean takes() {
        return !closing && streams < maxStreams && ctx().channel().isActive();
    }

    void open(Forwarder front) {
        streams++;
        setIdle(false);
        Http2Stream stream = new Http2Stream(this, front);
        new Http2StreamChannelBootstrap(ctx().channel()).handler(stream).open().addListener(opened -> {
            if (opened.isSuccess()) {
                front.attached(stream);
            } else {
                ended();
                front.unreachable(String.valueOf(opened.cause().getMessage()));
            }
        });
    }

    // Called by Http2Stream.

    void ended() {
        streams--;
        if (streams == 0) {
            if (closing) {
                ctx().close();
            } else {
                setIdle(true);
            }
        }
        if (takes()) {
            upstream.ready(this);
        }
    }

    private void setIdle(boolean now) {
        if (idle != now) {
            idle = now;
            upstream.upstreams().idleChanged(now ? 1 : -1);
            stopTimer();
            if (now) {
                timer = ctx().executor().schedule(() -> ctx().close(), IDLE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2SettingsFrame settings) {
            boolean first = !ready();
            Long limit = settings.settings().maxConcurrentStreams();
            if (limit != null) {
                maxStreams = Math.min(limit, MOST_STREAMS);
            } else if (first) {
                maxStreams = MOST_STREAMS;
            }
            if (first) {
                setIdle(true);
            }
            upstream.ready(this);
        } else if (message instanceof Http2GoAwayFrame) {
            retire();
        }
        ReferenceCountUtil.release(message);
    }

    /** The program has said GOAWAY. A stream may hear it first, and must not go to this connection again. Idempotent. */
    void retire() {
        closing = true;
        upstream.retired(this);
        if (streams == 0) {
            ctx().close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception && !ready()) {
            failure = UpstreamFailure.NOT_HTTP2;
        } else if (cause instanceof IOException broken && failure == null) {
            failure = UpstreamFailure.broken(ctx.channel(), broken);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        stopTimer();
        if (idle) {
            idle = false;
            upstream.upstreams().idleChanged(-1);
        }
        upstream.upstreams().closed();
        upstream.retired(this);
        if (!ready()) {
            upstream.useless(this, failure != null ? failure : UpstreamFailure.EOF);
        }
        ctx.fireChannelInactive();
    }

    private void stopTimer() {
        Future<?> running = timer;
        if (running != null) {
            timer = null;
            running.cancel(false);
        }
    }

    /** Why the connection broke, for the streams that broke with it. */
    String failure() {
        return failure != null ? failure : UpstreamFailure.LOST_CONNECTION;
    }
}
