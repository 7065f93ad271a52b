package dev.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Behind the HTTP/1 codec: makes of a connection a series of exchanges, one at a time and in order, and owns when it closes.
 *
 * <p>Handlers below see the messages of one request, then of the next one only when the first is answered. They write a
 * response and need not think of pipelining, HTTP/1.0, {@code Connection} or how long a response is: a response without
 * length becomes chunked, or ends with the connection. An exchange ends when the response's last content has been written and
 * the request's has been read; what a client still sends of a request that is already answered is thrown away, up to a limit.
 *
 * <p>A request may ask for an upgrade: its {@code Upgrade} field is there for the handlers below only if they may grant it. When they
 * write a 101 to it, the HTTP handlers ahead of this one leave the pipeline, and octets pass both ways until the connection ends.
 *
 * <p>A {@link Refusal} becomes the answer to its request, and the connection's end. {@code close} in mid-response never looks
 * like a complete response. One per connection; event loop only.
 */
public final class OneAtATime extends ChannelDuplexHandler {
    /** As much of an answered request as is read on, so that the connection can serve another one. Go's limit. */
    private static final int DISCARD_LIMIT_BYTES = 256 * 1024;

    private final FramingGuard guard;
    private final @Nullable Http2Server http2;
    private final ResponseFraming framing = new ResponseFraming();

    // Of the open exchange.
    private boolean open;
    private boolean requestDone;
    private boolean responseStarted;
    private boolean responseDone;
    private boolean asksForUpgrade;
    /** Is about to become the first stream of an HTTP/2 connection, as soon as it is known to be all there. */
    private @Nullable HttpRequest http2Request;

    private int discarded;

    // Of the connection.
    /** The last exchange has become a tunnel: what passes are octets, and the connection's end is the exchange's. */
    private boolean tunnel;

    private boolean lastExchange;
    private boolean closing;
    private @Nullable Future<?> linger;

    /**
     * Sees to one connection that speaks HTTP/1 as long as it is HTTP.
     *
     * @param guard ahead of the codec in the same pipeline; keeps what comes too early
     */
    public OneAtATime(FramingGuard guard) {
        this(guard, null);
    }

    /**
     * Sees to one connection.
     *
     * @param guard ahead of the codec in the same pipeline; keeps what comes too early
     * @param http2 takes the connection over when a request asks for {@code h2c}; null for never
     */
    public OneAtATime(FramingGuard guard, @Nullable Http2Server http2) {
        this.guard = guard;
        this.http2 = http2;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (tunnel) {
            ctx.fireChannelRead(message);
            return;
        }
        // No switch over types here: linking one takes milliseconds of the first request, and no cache keeps it.
        if (message instanceof Refusal refusal) {
            refuse(ctx, refusal);
        } else if (message instanceof HttpObject broken
                && broken.decoderResult().isFailure()) {
            ReferenceCountUtil.release(broken);
            refuse(ctx, open ? RequestHead.MALFORMED.inItsBody() : RequestHead.MALFORMED);
        } else if (message instanceof HttpRequest request) {
            begin(ctx, request);
        } else if (message instanceof HttpContent content) {
            body(ctx, content);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        open = true;
        requestDone = request instanceof LastHttpContent;
        responseStarted = false;
        responseDone = false;
        discarded = 0;
        // After a successful CONNECT the client takes the rest of the connection for a tunnel, which this is not.
        boolean mayKeepAlive = guard.lenient() || !HttpMethod.CONNECT.equals(request.method());
        framing.begin(request, mayKeepAlive && !lastExchange);
        asksForUpgrade = request.headers().contains(HttpHeaderNames.UPGRADE) && mayUpgrade(request);
        if (!framing.meets(request)) {
            answer(ctx, request, HttpResponseStatus.EXPECTATION_FAILED);
            return;
        }
        if (http2Request != null) {
            return;
        }
        if (request.uri().charAt(0) == '*' && HttpMethod.OPTIONS.equals(request.method())) {
            answer(ctx, request, HttpResponseStatus.OK);
            return;
        }
        ctx.fireChannelRead(request);
    }

    private boolean mayUpgrade(HttpRequest request) {
        if (UpgradeRequest.wish(request) != null && !lastExchange) {
            if (!UpgradeRequest.wantsHttp2(request)) {
                return true;
            }
            if (http2 != null && Http2Server.wanted(request)) {
                http2Request = request;
                return false;
            }
            // Not even a program that would upgrade without being asked rightly sees what it could upgrade by.
            request.headers().remove("http2-settings");
        }
        request.headers().remove(HttpHeaderNames.UPGRADE);
        return false;
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest request, HttpResponseStatus status) {
        ReferenceCountUtil.release(request);
        write(ctx, Answers.empty(status), ctx.newPromise());
        ctx.flush();
    }

    private void body(ChannelHandlerContext ctx, HttpContent content) {
        if (!open) {
            content.release();
            return;
        }
        framing.continued();
        boolean last = content instanceof LastHttpContent;
        if (responseDone) {
            discarded += content.content().readableBytes();
            content.release();
            if (last) {
                requestDone = true;
                end(ctx);
            } else if (discarded > DISCARD_LIMIT_BYTES) {
                closing = true;
                lingeringClose(ctx);
            }
            return;
        }
        // Before it is passed on: the answer may be written while it is.
        requestDone = last;
        HttpRequest upgrading = http2Request;
        if (upgrading != null) {
            http2Request = null;
            if (last && upgradedToHttp2(ctx, upgrading)) {
                content.release();
                return;
            }
            upgrading.headers().remove(HttpHeaderNames.UPGRADE);
            ctx.fireChannelRead(upgrading);
        }
        ctx.fireChannelRead(content);
    }

    private boolean upgradedToHttp2(ChannelHandlerContext ctx, HttpRequest request) {
        Http2Server server = http2;
        tunnel = true;
        if (server != null && server.upgrade(ctx, request)) {
            return true;
        }
        tunnel = false;
        return false;
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        if (refusal.inBody() && open && !responseDone) {
            ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
            if (responseStarted && !responseDone) {
                close(ctx, ctx.newPromise());
                return;
            }
        }
        if (open && responseDone) {
            // Those below may have answered just now, and the connection be ending behind that.
            if (!closing) {
                closing = true;
                lingeringClose(ctx);
            }
            return;
        }
        open = true;
        requestDone = ctx.channel() instanceof DuplexChannel channel && channel.isInputShutdown();
        responseStarted = true;
        responseDone = true;
        closing = true;
        ctx.writeAndFlush(refusal.answer()).addListener(this::responseFlushed);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            if (response.status().code() == 101) {
                upgrade(ctx, response, promise);
                return;
            }
            if (response.status().code() < 200) {
                informational(ctx, response, promise);
                return;
            }
            if (open && !responseStarted) {
                responseStarted = true;
                framing.complete(response);
            }
        }
        if (!open || responseDone || closing) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (tunnel) {
            ctx.write(message, promise);
            return;
        }
        if (message instanceof PassedContent passed) {
            passed.release();
            promise.trySuccess();
            return;
        }
        if (message instanceof SocketWanted wish) {
            promise.trySuccess();
            offerSocket(ctx, wish);
            return;
        }
        if (message instanceof LastHttpContent) {
            responseDone = true;
            if (!framing.keepsAlive()) {
                closing = true;
                ctx.write(message, promise.unvoid()).addListener(this::responseFlushed);
                return;
            }
            ctx.write(message, promise);
            if (requestDone) {
                end(ctx);
            } else {
                // The rest of the request is thrown away: nobody below holds it back any more.
                ReadGate.of(ctx.channel()).release(ReadGate.Reason.UPSTREAM);
                ReadGate.of(ctx.channel()).release(ReadGate.Reason.ADMISSION);
            }
            return;
        }
        ctx.write(message, promise);
    }

    /** What a client has sent ahead of this answer is in the guard, unread, and belongs to the new protocol. */
    private void upgrade(ChannelHandlerContext ctx, HttpResponse response, ChannelPromise promise) {
        if (!open || !requestDone || responseStarted || !asksForUpgrade) {
            ReferenceCountUtil.release(response);
            promise.tryFailure(new IllegalStateException("no upgrade is possible"));
            close(ctx, ctx.newPromise());
            return;
        }
        tunnel = true;
        responseStarted = true;
        ctx.writeAndFlush(response, promise);
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(ServerCodec.class);
        pipeline.remove(guard);
        ctx.fireChannelReadComplete();
        ReadGate.of(ctx.channel()).release(ReadGate.Reason.PIPELINE);
    }

    /** Grants the wish if what is written to the socket now follows the head: nothing is encrypted, nothing waits to be sent. */
    private void offerSocket(ChannelHandlerContext ctx, SocketWanted wish) {
        ChannelOutboundBuffer waiting = ctx.channel().unsafe().outboundBuffer();
        if (framing.counted()
                && waiting != null
                && waiting.isEmpty()
                && ctx.pipeline().get(OutputEnd.TLS) == null) {
            wish.take();
            wish.grant(ctx.channel());
        }
    }

    private void informational(ChannelHandlerContext ctx, HttpResponse response, ChannelPromise promise) {
        if (!open || responseStarted || !framing.knowsInterim() || !(response instanceof FullHttpResponse)) {
            ReferenceCountUtil.release(response);
            promise.trySuccess();
            return;
        }
        if (response.status().code() == 100) {
            framing.continued();
        }
        ctx.write(response, promise);
    }

    private void end(ChannelHandlerContext ctx) {
        open = false;
        if (lastExchange) {
            closing = true;
            ctx.executor()
                    .execute(() -> ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> ctx.close()));
        } else {
            guard.exchangeEnded();
        }
    }

    private void responseFlushed(Future<? super Void> flushed) {
        ChannelFuture future = (ChannelFuture) flushed;
        if (requestDone) {
            future.channel().close();
        } else {
            lingeringClose(future.channel().pipeline().context(this));
        }
    }

    /** Reads on meanwhile, whatever held the reading back: what comes is thrown away. */
    private void lingeringClose(@Nullable ChannelHandlerContext ctx) {
        if (ctx == null || linger != null) {
            return;
        }
        if (!(ctx.channel() instanceof DuplexChannel)) {
            ctx.close();
            return;
        }
        guard.discard();
        ReadGate gate = ReadGate.of(ctx.channel());
        for (ReadGate.Reason reason : ReadGate.Reason.values()) {
            gate.release(reason);
        }
        linger = LingeringClose.begin(ctx);
    }

    /** A handler below asks for more of its request: not for the bytes that another reason holds back. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closing = true;
        if (open && responseStarted && !responseDone && framing.endsWithConnection()) {
            // The connection's end would be the response's: only a reset tells that it is not complete.
            OutputEnd.abort(ctx, promise);
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == CloseWhenIdle.INSTANCE) {
            lastExchange = true;
            if (!open) {
                close(ctx, ctx.newPromise());
            } else if (open && !responseStarted) {
                framing.makeLast();
            }
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        Future<?> running = linger;
        if (running != null) {
            running.cancel(false);
        }
        ctx.fireChannelInactive();
    }
}
