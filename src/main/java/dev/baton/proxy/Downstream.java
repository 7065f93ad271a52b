package dev.baton.proxy;

import dev.baton.http.AnswerGate;
import dev.baton.http.Answers;
import dev.baton.http.KnownBody;
import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import dev.baton.http.SocketWanted;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The client's side of {@link Forwarder}'s exchanges: what is written to it, and how an answer ends. Event loop only. */
final class Downstream {
    private final ChannelHandlerContext ctx;
    private final Upstreams upstreams;
    private final ProxyLog log;
    private final ReadGate gate;
    private final String address;

    // Of the open exchange.
    private @Nullable Expectation expectation;
    private @Nullable Tunnel tunnel;
    private boolean started;

    Downstream(ChannelHandlerContext ctx, Upstreams upstreams, ProxyLog log) {
        this.ctx = ctx;
        this.upstreams = upstreams;
        this.log = log;
        gate = ReadGate.of(ctx.channel());
        address = ctx.channel().remoteAddress() instanceof InetSocketAddress peer
                ? peer.getAddress().getHostAddress()
                : "";
    }

    /** {@link Forwarder}'s own. */
    ChannelHandlerContext context() {
        return ctx;
    }

    /** What the client is read by. */
    ReadGate gate() {
        return gate;
    }

    /** The client's address without its port; empty if it has none. */
    String address() {
        return address;
    }

    /** An exchange begins. */
    void begin(boolean expectsContinue) {
        started = false;
        if (expectsContinue) {
            expectation = new Expectation(ctx);
        }
    }

    /** Whether the answer's head has been written. */
    boolean started() {
        return started;
    }

    boolean tunnelling() {
        return tunnel != null;
    }

    boolean writable() {
        return ctx.channel().isWritable();
    }

    /** A part of the request's body, or its end, has come. */
    void bodyCame(boolean octets) {
        Expectation waiting = expectation;
        if (waiting == null) {
            return;
        }
        if (octets) {
            // It comes unasked; the client hears all the same that it has been right, as from Go's server.
            waiting.run();
        }
        expectNothing();
    }

    private void expectNothing() {
        Expectation waiting = expectation;
        if (waiting != null) {
            expectation = null;
            waiting.end();
        }
    }

    /** A 1xx of the program's. Leave to send the body is passed on only to a client that waits for it. */
    void informational(HttpResponse response) {
        if (response.status().code() == HttpResponseStatus.CONTINUE.code()) {
            Expectation waiting = expectation;
            if (waiting == null || !waiting.open()) {
                return;
            }
            expectNothing();
        }
        HeaderRules.toClient(response);
        ctx.write(Interim.of(response), ctx.voidPromise());
    }

    void head(HttpResponse response) {
        started = true;
        expectNothing();
        HeaderRules.toClient(response);
        ctx.write(response, ctx.voidPromise());
    }

    /** From here on octets pass both ways, until both have ended or either breaks. */
    void upgrade(HttpResponse response, Channel program) {
        started = true;
        tunnel = new Tunnel(ctx.channel(), program);
        upstreams.tunnelsChanged(1);
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        HeaderRules.upgradeToClient(response, response.headers().get(HttpHeaderNames.UPGRADE, ""));
        ctx.write(Interim.of(response), ctx.voidPromise());
    }

    /** One end of the tunnel, if there is one, will send no more. */
    void tunnelEnded(Channel end) {
        Tunnel through = tunnel;
        if (through != null) {
            through.ended(end);
        }
    }

    /** A part of the answer's body, or octets of a tunnel; its source pauses when the client does not keep up. */
    void body(Object message, @Nullable UpstreamExchange source) {
        ctx.write(message, ctx.voidPromise());
        if (!AnswerGate.open(ctx.channel())) {
            ctx.flush();
            if (source != null && !AnswerGate.open(ctx.channel())) {
                source.pause();
            }
        }
    }

    /** After {@link #over}: what was written last may be the end of this exchange and let the next one in. */
    void last(LastHttpContent last) {
        ctx.write(last, ctx.voidPromise());
    }

    void flush() {
        ctx.flush();
    }

    /** Whether the client's connection is one socket for one exchange. */
    boolean takesDetours() {
        return upstreams.splices() != null && !(ctx.channel() instanceof Http2StreamChannel);
    }

    /** The rest of the answer's body goes from the program's socket to the client's; false if it has to come as messages. */
    boolean detour(Channel program, KnownBody body, SpliceDetour.Ended ended) {
        Splices splices = upstreams.splices();
        if (splices == null) {
            return false;
        }
        SocketWanted wish = new SocketWanted(client -> {
            SpliceDetour way = splices.between(program, client, body, ended);
            if (way == null) {
                ended.detourEnded();
            } else {
                way.start();
            }
        });
        ctx.write(wish, ctx.voidPromise());
        return wish.taken();
    }

    /** The exchange is over; nothing of it is written any more. */
    void over() {
        if (tunnel != null) {
            tunnel = null;
            upstreams.tunnelsChanged(-1);
        }
        expectNothing();
    }

    /**
     * Ends a failed exchange, after {@link #over}: with an answer if none has begun, else by ending the connection.
     *
     * @param tunnelled whether it had become a tunnel, whose octets so far the client shall have
     */
    void fail(boolean tunnelled, String failure, Reached reached) {
        if (tunnelled) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        log.error("error reverse proxying request; sockstat: " + Sockstat.text(), failure, null);
        if (started) {
            ctx.close();
        } else {
            ctx.writeAndFlush(
                    Answers.mark(Answers.error(HttpResponseStatus.BAD_GATEWAY, failure), "bad-gateway", reached),
                    ctx.voidPromise());
        }
    }
}
