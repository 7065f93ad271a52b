package dev.baton.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The back half of the way to the user's program: one HTTP/1.1 connection, which serves one {@link Forwarder} at a time. It
 * is used again only if the response was complete and said so, the request had been sent whole, and nothing came after it.
 * Event loop only.
 */
final class UpstreamConnection extends UpstreamChannel {
    private static final int TCP_ESTABLISHED = 1;

    private final UpstreamPool pool;
    private final ResponseDecoder decoder;

    private boolean used;
    private boolean answered;
    private boolean informational;
    /** The 101 whose last part is still to come. */
    private @Nullable HttpResponse switching;

    private boolean tunnel;
    private boolean reusable;
    private boolean complete;
    private @Nullable String failure;

    /** The response's body is to leave the socket another way, or does. */
    private boolean detoured;
    /** Its head has been passed on, and not yet flushed. */
    private boolean detourWanted;

    /** When it became idle, in nanoseconds of {@code System.nanoTime}. */
    private long idleSince;

    UpstreamConnection(UpstreamPool pool, ResponseDecoder decoder) {
        this.pool = pool;
        this.decoder = decoder;
    }

    // Called by UpstreamPool.

    /**
     * Whether the idle connection may carry a request. For one that could not be repeated the kernel is asked, because the
     * other side's farewell may have arrived in this very turn of the event loop.
     */
    boolean usable(boolean replayable) {
        EpollSocketChannel channel = (EpollSocketChannel) ctx().channel();
        if (!channel.isActive() || decoder.undecided()) {
            return false;
        }
        if (replayable) {
            return true;
        }
        EpollTcpInfo info = pool.tcpInfo();
        channel.tcpInfo(info);
        return info.state() == TCP_ESTABLISHED;
    }

    void serve(Forwarder forwarder) {
        front = forwarder;
        answered = false;
        informational = false;
        failure = null;
        decoder.expect(forwarder.request().method());
    }

    long idleSince() {
        return idleSince;
    }

    void idle(long now) {
        used = true;
        idleSince = now;
    }

    void close() {
        ctx().close();
    }

    // Called by Forwarder.

    @Override
    public void send(Object message) {
        ChannelHandlerContext ctx = ctx();
        ctx.write(message, ctx.voidPromise());
    }

    @Override
    public void resume() {
        if (!detoured) {
            ctx().channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Forwarder to = front;
        if (to == null) {
            // An answer that nobody asked for: whatever it is, the next request must not get it.
            reusable = false;
            complete = false;
            ReferenceCountUtil.release(message);
            ctx.close();
            return;
        }
        if (tunnel) {
            unflushed = to;
            to.tunnelled(message);
            return;
        }
        if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            fail(to, UpstreamFailure.malformed(object.decoderResult().cause()));
            return;
        }
        // No switch over types here: linking one takes milliseconds of the first request, and no cache keeps it.
        if (message instanceof HttpResponse response) {
            head(to, response);
        } else if (message instanceof LastHttpContent last && switching != null) {
            last.release();
            upgraded(ctx, to, switching);
        } else if (message instanceof LastHttpContent last && informational) {
            informational = false;
            last.release();
        } else if (message instanceof LastHttpContent last) {
            last(ctx, to, last);
        } else if (message instanceof HttpContent content) {
            unflushed = to;
            to.content(content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(Forwarder to, HttpResponse response) {
        answered = true;
        int code = response.status().code();
        if (code == 101) {
            switching(to, response);
            return;
        }
        unflushed = to;
        if (code < 200) {
            informational = true;
            to.informational(response);
            return;
        }
        if (!HeaderRules.knownEncoding(response)) {
            fail(to, UpstreamFailure.unknownEncoding(response.headers().get(HttpHeaderNames.TRANSFER_ENCODING, "")));
            return;
        }
        reusable = HttpUtil.isKeepAlive(response)
                && !HttpMethod.CONNECT.equals(to.request().method());
        to.response(response);
        if (decoder.body().open() && to.takesDetours()) {
            // What is in the socket stays there, but for what has come with the head.
            detourWanted = true;
            detoured = true;
            ctx().channel().config().setAutoRead(false);
        }
    }

    private void detour(ChannelHandlerContext ctx, Forwarder to) {
        detourWanted = false;
        if (!decoder.body().open() || !to.detour(ctx.channel(), decoder.body(), this::detourEnded)) {
            detourEnded();
        }
    }

    private void detourEnded() {
        detoured = false;
        Forwarder to = front;
        if (to != null && to.writable()) {
            ctx().channel().config().setAutoRead(true);
        }
    }

    private void switching(Forwarder to, HttpResponse response) {
        String wished = to.request().headers().get(HttpHeaderNames.UPGRADE);
        String switchedTo = response.headers().get(HttpHeaderNames.UPGRADE);
        if (wished == null) {
            fail(to, UpstreamFailure.otherUpgrade(switchedTo == null ? "" : switchedTo, ""));
        } else if (switchedTo == null || !among(wished, switchedTo)) {
            fail(to, UpstreamFailure.otherUpgrade(switchedTo == null ? "" : switchedTo, wished));
        } else {
            switching = response;
        }
    }

    private static boolean among(String wished, String protocol) {
        return AsciiString.containsContentEqualsIgnoreCase(Arrays.asList(wished.split("\\s*,\\s*", -1)), protocol);
    }

    /** From here on the decoder passes octets as they are; leaving, it gives out those that it has read already. */
    private void upgraded(ChannelHandlerContext ctx, Forwarder to, HttpResponse response) {
        switching = null;
        tunnel = true;
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // The client's first octets may come while it is told.
        ctx.pipeline().remove(HttpRequestEncoder.class);
        to.upgraded(response);
        if (front == to) {
            ctx.pipeline().remove(decoder);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        Forwarder to = front;
        if (event == ChannelInputShutdownEvent.INSTANCE && to != null) {
            to.tunnelEnded(ctx.channel());
        }
    }

    private void last(ChannelHandlerContext ctx, Forwarder to, LastHttpContent last) {
        if (failure != null && !ctx.channel().isActive()) {
            // The body was to end with the connection, and the connection ended with an error.
            last.release();
            fail(to, failure);
            return;
        }
        reusable &= to.requestDone();
        complete = true;
        front = null;
        unflushed = to;
        to.last(last);
    }

    /** One flush per read burst; and only now is it known that nothing followed the response. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Forwarder to = unflushed;
        if (to != null) {
            unflushed = null;
            to.flushResponse();
            if (detourWanted && front == to) {
                detour(ctx, to);
            }
        }
        if (complete) {
            complete = false;
            if (reusable && ctx.channel().isActive() && !decoder.undecided()) {
                ctx.channel().config().setAutoRead(true);
                pool.park(this);
            } else {
                ctx.close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException broken) {
            // A write that failed does not end the connection: the response may have been sent before. A read that
            // failed does.
            if (failure == null) {
                failure = UpstreamFailure.broken(ctx.channel(), broken);
            }
            if (tunnel) {
                ctx.close();
            }
            return;
        }
        super.exceptionCaught(ctx, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.lost(this);
        Forwarder to = front;
        if (to != null) {
            front = null;
            String why = failure;
            to.broken(why != null ? why : UpstreamFailure.EOF, used && !answered);
        }
    }
}
