package dev.baton.proxy;

import dev.baton.http.AnswerGate;
import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.KnownBody;
import dev.baton.http.PassedContent;
import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import dev.baton.http.ServerCodec;
import dev.baton.http.SocketWanted;
import dev.baton.http.TlsFront;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The front half of the way to the user's program, and the last handler of the main port: takes one exchange at a time,
 * streams its request up and its response down, and keeps the pace of the slower side in both directions. The other half is
 * {@link UpstreamConnection}. Event loop only.
 */
final class Forwarder extends ChannelInboundHandlerAdapter {
    /** Request body that may be read while no connection is there yet. */
    private static final int PENDING_LIMIT_BYTES = 64 * 1024;
    /** How long a program that was asked for leave to send the body may take, before the client is told to go on. */
    private static final int CONTINUE_MILLIS = 1_000;

    private final Upstreams upstreams;
    private final boolean http2;
    private final ProxyLog log;
    private final ArrayDeque<HttpObject> pending = new ArrayDeque<>(4);

    private @Nullable Link link;

    /** What belongs to the channel this handler has been added to. */
    private record Link(ChannelHandlerContext ctx, Upstream upstream, ReadGate gate, String peer) {}

    // Of the open exchange; there is none while request is null.
    private @Nullable HttpRequest request;
    private @Nullable UpstreamExchange connection;
    private @Nullable Tunnel tunnel;
    private @Nullable SocketWanted socketWanted;
    private @Nullable Future<?> continueTimer;
    private boolean leasing;
    /** A channelReadComplete will follow, and flush. */
    private boolean inReadBurst;

    private boolean requestDone;
    private boolean bodySeen;
    private boolean retried;
    private boolean awaitsContinue;
    private boolean responseStarted;
    private boolean unflushed;
    private int pendingBytes;
    /** A large body that may leave the socket another way; null if the request has none. */
    private @Nullable KnownBody requestBody;

    private boolean detourWanted;

    /** The program is spoken to in the version that the client speaks. */
    Forwarder(Upstreams upstreams, boolean http2, ProxyLog log) {
        this.upstreams = upstreams;
        this.http2 = http2;
        this.log = log;
    }

    private Link link() {
        Link there = link;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        String peer = ctx.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
        link = new Link(ctx, upstreams.on(ctx.channel().eventLoop(), http2), ReadGate.of(ctx.channel()), peer);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // No switch over types here: linking one takes milliseconds of the first request, and no cache keeps it.
        if (message instanceof HttpRequest head) {
            begin(head);
        } else if (message instanceof HttpContent content) {
            body(content);
        } else if (tunnel != null && message instanceof ByteBuf octets) {
            up(octets);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        HeaderRules.toUpstream(head, link().peer, upstreams.authority());
        request = head;
        requestDone = head instanceof LastHttpContent;
        bodySeen = requestDone;
        retried = false;
        responseStarted = false;
        awaitsContinue = !requestDone && head.headers().contains(HttpHeaderNames.EXPECT);
        if (awaitsContinue) {
            continueTimer = link().ctx.executor().schedule(this::writeContinue, CONTINUE_MILLIS, TimeUnit.MILLISECONDS);
        }
        pending.add(head);
        if (!requestDone) {
            wantDetour(link().ctx);
        }
        leasing = true;
        inReadBurst = true;
        link().upstream.lease(this, false);
        inReadBurst = false;
    }

    private void body(HttpContent content) {
        if (request == null || requestDone) {
            content.release();
            return;
        }
        if (awaitsContinue && content.content().isReadable()) {
            // It comes unasked; the client hears all the same that it has been right, as from Go's server.
            writeContinue();
        }
        stopAwaitingContinue();
        boolean last = content instanceof LastHttpContent;
        requestDone = last;
        bodySeen |= content != LastHttpContent.EMPTY_LAST_CONTENT;
        UpstreamExchange to = connection;
        if (content instanceof PassedContent) {
            content.release();
            return;
        }
        if (to == null) {
            pending.add(content);
            pendingBytes += content.content().readableBytes();
            if (pendingBytes > PENDING_LIMIT_BYTES) {
                link().gate.hold(ReadGate.Reason.UPSTREAM);
            }
            return;
        }
        send(to, content);
    }

    private void up(ByteBuf octets) {
        UpstreamExchange to = connection;
        if (to == null) {
            octets.release();
        } else {
            send(to, octets);
        }
    }

    private void send(UpstreamExchange to, Object message) {
        to.send(message);
        unflushed = true;
        if (!to.writable()) {
            flushRequest(to);
            if (!to.writable()) {
                link().gate.hold(ReadGate.Reason.UPSTREAM);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        UpstreamExchange to = connection;
        if (unflushed && to != null) {
            flushRequest(to);
        }
        if (detourWanted && to != null) {
            detourRequest(to);
        }
    }

    /** The body of a large request that is on its way leaves the client's socket another way, as far as it has not been read yet. */
    private void wantDetour(ChannelHandlerContext ctx) {
        ServerCodec codec =
                http2 || upstreams.splices() == null ? null : ctx.pipeline().get(ServerCodec.class);
        if (codec != null && codec.requestBody().open() && ctx.pipeline().get(TlsFront.HANDLER) == null) {
            requestBody = codec.requestBody();
            detourWanted = true;
            link().gate.hold(ReadGate.Reason.DETOUR);
        }
    }

    private void detourRequest(UpstreamExchange to) {
        detourWanted = false;
        KnownBody body = requestBody;
        Splices splices = upstreams.splices();
        Channel channel = to.channel();
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        SpliceDetour way = body == null || splices == null || !body.open() || waiting == null || !waiting.isEmpty()
                ? null
                : splices.between(link().ctx.channel(), channel, body, this::detourEnded);
        if (way == null) {
            detourEnded();
        } else {
            way.start();
        }
    }

    private void detourEnded() {
        link().gate.release(ReadGate.Reason.DETOUR);
    }

    private void flushRequest(UpstreamExchange to) {
        unflushed = false;
        to.flush();
    }

    // Called by Upstream.

    /** Whether the exchange may be sent a second time if a used connection turns out to be dead: Go's rule. */
    boolean replayable() {
        HttpRequest head = request;
        if (head == null || bodySeen || responseStarted || retried) {
            return false;
        }
        HttpMethod method = head.method();
        return HttpMethod.GET.equals(method)
                || HttpMethod.HEAD.equals(method)
                || HttpMethod.OPTIONS.equals(method)
                || HttpMethod.TRACE.equals(method);
    }

    HttpRequest request() {
        HttpRequest head = request;
        if (head == null) {
            throw new IllegalStateException("no open exchange");
        }
        return head;
    }

    boolean requestDone() {
        return requestDone;
    }

    void attached(UpstreamExchange to) {
        leasing = false;
        connection = to;
        for (HttpObject message; (message = pending.poll()) != null; ) {
            to.send(message);
        }
        pendingBytes = 0;
        unflushed = true;
        if (!inReadBurst) {
            flushRequest(to);
            if (detourWanted) {
                detourRequest(to);
            }
        }
        if (to.writable()) {
            requestWanted();
        }
        SocketWanted wish = socketWanted;
        if (wish != null) {
            socketWanted = null;
            wish.grant(to.channel());
        }
    }

    /** A handler above writes the body to the program's socket itself; the message that ends it comes here. */
    private void socketWanted(SocketWanted wish) {
        if (request == null || http2) {
            return;
        }
        wish.take();
        bodySeen = true;
        UpstreamExchange to = connection;
        if (to == null) {
            socketWanted = wish;
        } else {
            flushRequest(to);
            wish.grant(to.channel());
        }
    }

    void unreachable(String failure) {
        leasing = false;
        fail(failure, Reached.NO);
    }

    // Called by UpstreamConnection.

    /** The connection takes request body again. */
    void requestWanted() {
        Link to = link();
        if (to.gate.held(ReadGate.Reason.UPSTREAM)) {
            to.gate.release(ReadGate.Reason.UPSTREAM);
            if (!to.ctx.channel().config().isAutoRead()) {
                // The client is held back for another reason; a handler above that makes the body itself is not.
                to.ctx.read();
            }
        }
    }

    void informational(HttpResponse response) {
        boolean continues = response.status().code() == 100;
        if (continues && !awaitsContinue) {
            return;
        }
        if (continues) {
            stopAwaitingContinue();
        }
        HeaderRules.toClient(response);
        writeInformational(response);
    }

    void response(HttpResponse response) {
        responseStarted = true;
        stopAwaitingContinue();
        HeaderRules.toClient(response);
        ChannelHandlerContext ctx = link().ctx;
        ctx.write(response, ctx.voidPromise());
    }

    /** The program has switched protocols: from here on octets pass both ways, until both have ended or either breaks. */
    void upgraded(HttpResponse response) {
        ChannelHandlerContext ctx = link().ctx;
        UpstreamExchange from = connection;
        if (from == null) {
            return;
        }
        responseStarted = true;
        tunnel = new Tunnel(ctx.channel(), from.channel());
        upstreams.tunnelsChanged(1);
        ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        HeaderRules.upgradeToClient(response, response.headers().get(HttpHeaderNames.UPGRADE, ""));
        ctx.write(whole(response), ctx.voidPromise());
    }

    void tunnelled(Object octets) {
        down(octets);
    }

    /** One end of the tunnel will send no more. */
    void tunnelEnded(Channel end) {
        Tunnel through = tunnel;
        if (through != null) {
            through.ended(end);
        }
    }

    void content(HttpContent content) {
        down(content);
    }

    /** Whether a large response may pass by this handler: the client's connection is one socket for one exchange. */
    boolean takesDetours() {
        return !http2 && upstreams.splices() != null && !(link().ctx.channel() instanceof Http2StreamChannel);
    }

    boolean writable() {
        return link().ctx.channel().isWritable();
    }

    /** The rest of the response's body goes from the program's socket to the client's; false if it has to come as messages. */
    boolean detour(Channel from, KnownBody body, SpliceDetour.Ended ended) {
        ChannelHandlerContext ctx = link().ctx;
        Splices splices = upstreams.splices();
        if (splices == null) {
            return false;
        }
        SocketWanted wish = new SocketWanted(to -> {
            SpliceDetour way = splices.between(from, to, body, ended);
            if (way == null) {
                ended.detourEnded();
            } else {
                way.start();
            }
        });
        ctx.write(wish, ctx.voidPromise());
        return wish.taken();
    }

    private void down(Object message) {
        ChannelHandlerContext ctx = link().ctx;
        ctx.write(message, ctx.voidPromise());
        if (!AnswerGate.open(ctx.channel())) {
            ctx.flush();
            UpstreamExchange from = connection;
            if (from != null && !AnswerGate.open(ctx.channel())) {
                from.pause();
            }
        }
    }

    void last(LastHttpContent last) {
        over();
        ChannelHandlerContext ctx = link().ctx;
        ctx.write(last, ctx.voidPromise());
    }

    void flushResponse() {
        link().ctx.flush();
    }

    /** The connection is gone, or its response makes no sense. {@code stale}: it had served before and said nothing now. */
    void broken(String failure, boolean stale) {
        connection = null;
        HttpRequest head = request;
        if (stale && head != null && requestDone && replayable()) {
            sendAgain(head);
            return;
        }
        fail(failure, Reached.MAYBE);
    }

    /** The program's side says that it has not looked at the request. It may have it again if none of its body is gone. */
    void refused(String failure) {
        connection = null;
        HttpRequest head = request;
        if (head != null && requestDone && !bodySeen && !responseStarted && !retried) {
            sendAgain(head);
        } else {
            fail(failure, Reached.NO);
        }
    }

    private void sendAgain(HttpRequest head) {
        retried = true;
        pending.add(head);
        pending.add(LastHttpContent.EMPTY_LAST_CONTENT);
        leasing = true;
        link().upstream.lease(this, true);
    }

    private void fail(String failure, Reached reached) {
        boolean started = responseStarted;
        if (tunnel != null) {
            over();
            link().ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        over();
        log.error("error reverse proxying request; sockstat: " + Sockstat.text(), failure, null);
        ChannelHandlerContext ctx = link().ctx;
        if (started) {
            ctx.close();
        } else {
            ctx.writeAndFlush(
                    Answers.mark(Answers.error(HttpResponseStatus.BAD_GATEWAY, failure), "bad-gateway", reached),
                    ctx.voidPromise());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        UpstreamExchange from = connection;
        if (from != null && AnswerGate.open(ctx.channel())) {
            from.resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            abandon();
        } else if (event instanceof SocketWanted wish) {
            socketWanted(wish);
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            tunnelEnded(ctx.channel());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        abandon();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        abandon();
    }

    /** A client that resets its connection is its own affair; anything else is a fault of this program. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("error on a connection of the main port", String.valueOf(cause), cause);
        }
        ctx.close();
    }

    private void abandon() {
        UpstreamExchange from = connection;
        over();
        if (from != null) {
            from.abandon();
        }
    }

    private void over() {
        request = null;
        connection = null;
        if (tunnel != null) {
            tunnel = null;
            upstreams.tunnelsChanged(-1);
        }
        socketWanted = null;
        unflushed = false;
        pendingBytes = 0;
        stopAwaitingContinue();
        for (HttpObject message; (message = pending.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
        Link to = link();
        if (leasing) {
            leasing = false;
            to.upstream.forget(this);
        }
        to.gate.release(ReadGate.Reason.UPSTREAM);
        KnownBody detoured = requestBody;
        if (detoured != null) {
            requestBody = null;
            detourWanted = false;
            detoured.returnToSocket();
            to.gate.release(ReadGate.Reason.DETOUR);
        }
    }

    private void writeContinue() {
        if (awaitsContinue) {
            stopAwaitingContinue();
            writeInformational(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
            flushResponse();
        }
    }

    private void writeInformational(HttpResponse response) {
        ChannelHandlerContext ctx = link().ctx;
        ctx.write(whole(response), ctx.voidPromise());
    }

    private static HttpResponse whole(HttpResponse response) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                response.status(),
                Unpooled.EMPTY_BUFFER,
                response.headers(),
                EmptyHttpHeaders.INSTANCE);
    }

    private void stopAwaitingContinue() {
        awaitsContinue = false;
        Future<?> running = continueTimer;
        if (running != null) {
            continueTimer = null;
            running.cancel(false);
        }
    }
}
