package dev.baton.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A kept HTTP/1.1 connection to another host: one exchange at a time, bodies by demand on both ways. Behind Netty's client codec; event
 * loop only.
 */
public final class WireConnection extends ChannelInboundHandlerAdapter implements BodyPipe.Owner, ChannelPump.End {
    private final SocketAddress peer;
    private final WirePool pool;
    private final int windowBytes;
    private final Channel channel;

    private @Nullable WireExchange current;
    private @Nullable BodyPipe pipe;
    private @Nullable ChannelPump pump;
    /** Responses to acknowledgements, which nobody waits for. */
    private int unheeded;

    /** Moves the rest of the open response around this connection's pipeline. */
    private @Nullable Splice splice;

    private boolean heeding = true;
    private boolean interim;
    /** It has carried an exchange before: its peer may close it under the next one. */
    private boolean served;

    private boolean keepAlive;
    private boolean requestDone;
    private boolean responseDone;

    WireConnection(SocketAddress peer, WirePool pool, int windowBytes, Channel channel) {
        this.peer = peer;
        this.pool = pool;
        this.windowBytes = windowBytes;
        this.channel = channel;
    }

    SocketAddress peer() {
        return peer;
    }

    Channel channel() {
        return channel;
    }

    boolean idle() {
        return current == null && channel.isActive();
    }

    /** Sends the request; the connection must be idle. */
    public void start(WireExchange exchange) {
        current = exchange;
        pipe = null;
        requestDone = false;
        responseDone = false;
        exchange.answer().started(this);
        if (exchange.body() == null) {
            channel.write(exchange.head(), channel.voidPromise());
            endRequest();
        } else {
            channel.writeAndFlush(exchange.head(), channel.voidPromise());
            ChannelPump sending = new ChannelPump(channel, windowBytes, this);
            pump = sending;
            exchange.body().subscribe(sending);
        }
    }

    private void endRequest() {
        pump = null;
        requestDone = true;
        channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    }

    /** For holders, when the response's body is whole: one more request whose response nobody waits for; then the connection is free. */
    public void acknowledge(WireExchange exchange, FullHttpRequest acknowledgement) {
        if (current != exchange || !responseDone || !channel.isActive()) {
            acknowledgement.release();
            abort(exchange);
            return;
        }
        unheeded++;
        channel.writeAndFlush(acknowledgement, channel.voidPromise());
        release();
    }

    /** For holders: nothing more is to be said. The connection is free if the response's body is whole. */
    public void free(WireExchange exchange) {
        if (current == exchange && responseDone) {
            release();
        } else {
            abort(exchange);
        }
    }

    /** Closes the connection if it is still this exchange's: the other side sees that it is over. */
    public void abort(WireExchange exchange) {
        if (current == exchange) {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            failed(WireFailure.Kind.MALFORMED);
            channel.close();
            return;
        }
        if (message instanceof HttpResponse head) {
            head(head);
        }
        if (message instanceof HttpContent content) {
            content(content);
        }
    }

    private void head(HttpResponse head) {
        if (unheeded > 0) {
            heeding = false;
            return;
        }
        if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            interim = true;
            if (head.status().code() == 101) {
                // Nobody asked for an upgrade: what follows is not HTTP.
                failed(WireFailure.Kind.MALFORMED);
                channel.close();
            }
            return;
        }
        WireExchange exchange = current;
        if (exchange == null || pipe != null) {
            channel.close();
            return;
        }
        keepAlive = HttpUtil.isKeepAlive(head);
        BodyPipe body = new BodyPipe(channel.eventLoop(), this);
        pipe = body;
        exchange.answer().responded(head, body);
    }

    private void content(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        BodyPipe body = pipe;
        if (!heeding || interim || body == null) {
            content.release();
            if (last && !heeding) {
                heeding = true;
                unheeded--;
            } else if (last) {
                interim = false;
            }
            return;
        }
        body.offer(content.content());
        if (last) {
            bodyEnded(body, ((LastHttpContent) content).trailingHeaders());
        } else if (body.queuedBytes() >= windowBytes / 2) {
            channel.config().setAutoRead(false);
        }
    }

    private void bodyEnded(BodyPipe body, HttpHeaders trailers) {
        responseDone = true;
        splice = null;
        body.complete(trailers);
        if (pipe == body) {
            responseEnded();
        }
    }

    private void responseEnded() {
        channel.config().setAutoRead(true);
        WireExchange exchange = current;
        if (exchange != null && !exchange.hold()) {
            release();
        }
    }

    /** The exchange is over: back into the pool, or closed if the framing does not allow another one. */
    private void release() {
        boolean reusable = requestDone && responseDone && keepAlive;
        clear();
        served = true;
        if (reusable) {
            pool.put(this);
        } else {
            channel.close();
        }
    }

    private void clear() {
        current = null;
        pipe = null;
        Splice moving = splice;
        splice = null;
        if (moving != null) {
            moving.cancel();
        }
        ChannelPump sending = pump;
        pump = null;
        if (sending != null) {
            sending.cancel();
        }
    }

    // Called by Splice.

    /** Reads nothing more until {@link #release} or {@link #comeBack}. */
    void hold(Splice by) {
        splice = by;
        channel.config().setAutoRead(false);
    }

    /** Reads on. */
    void release(Splice by) {
        if (splice == by) {
            splice = null;
            channel.config().setAutoRead(true);
        }
    }

    int descriptor() {
        return ((EpollSocketChannel) channel).fd().intValue();
    }

    /** Leaves the event loop's watch, then runs the task: from there on the socket belongs to someone else, while the channel is open. */
    void leave(Runnable then) {
        channel.deregister().addListener(done -> then.run());
    }

    /** The socket is this connection's again, and the rest of the body has gone. */
    void comeBack() {
        // The old codec is in the middle of a body that it will never see.
        channel.pipeline().replace(HttpClientCodec.class, "codec", WireClient.codec());
        channel.eventLoop().register(channel).addListener(done -> {
            BodyPipe body = pipe;
            if (!done.isSuccess() || body == null) {
                channel.close();
                return;
            }
            // Before the end is told: it may put the connection back to use at once.
            channel.config().setAutoRead(true);
            bodyEnded(body, EmptyHttpHeaders.INSTANCE);
        });
    }

    @Override
    public void taken() {
        BodyPipe body = pipe;
        if (splice == null
                && body != null
                && body.queuedBytes() <= windowBytes / 4
                && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void cancelled() {
        Splice moving = splice;
        if (moving != null) {
            moving.cancel();
        }
        if (current != null && !(responseDone && current.hold())) {
            channel.close();
        }
    }

    @Override
    public void sent(long bytes) {
        if (current != null) {
            endRequest();
        }
    }

    /** The other side must not take what it has for the whole: the connection ends without the body's end. */
    @Override
    public void sourceFailed(Throwable cause, long bytes) {
        pump = null;
        channel.close();
    }

    @Override
    public void channelFailed(Throwable cause, long bytes) {
        pump = null;
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.forget(this);
        failed(served ? WireFailure.Kind.STALE : WireFailure.Kind.CLOSED);
    }

    private void failed(WireFailure.Kind kind) {
        WireExchange exchange = current;
        BodyPipe body = pipe;
        clear();
        if (body != null) {
            body.fail(new BrokenBodyException("the connection ended in the middle of the body"));
        } else if (exchange != null) {
            exchange.answer().failed(new WireFailure(kind, false));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        channel.close();
    }
}
