package dev.baton.proxy;

import dev.baton.http.AnswerGate;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.KnownBody;
import dev.baton.http.PassedContent;
import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import dev.baton.http.SocketWanted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The front half of the way to the user's program, and the last handler of the main port: takes one exchange at a time, streams its
 * request up and, by {@link Downstream}, its response down, and keeps the pace of the slower side in both directions. The other half
 * is {@link UpstreamConnection}. Event loop only.
 */
final class Forwarder extends ChannelInboundHandlerAdapter {
    /** Request body that may be read while no connection is there yet. */
    private static final int PENDING_LIMIT_BYTES = 64 * 1024;

    private final Upstreams upstreams;
    private final boolean http2;
    private final ProxyLog log;
    private final ArrayDeque<HttpObject> pending = new ArrayDeque<>(4);

    // Of the channel that this handler has been added to.
    private @Nullable Downstream client;
    private @Nullable Upstream upstream;

    // Of the open exchange; there is none while request is null.
    private @Nullable HttpRequest request;
    private @Nullable UpstreamExchange connection;
    private @Nullable SocketWanted socketWanted;
    /** Of a large body that may leave the client's socket another way; null if the request has none. */
    private @Nullable RequestDetour detour;

    private boolean leasing;
    /** A channelReadComplete will follow, and flush. */
    private boolean inReadBurst;

    private boolean requestDone;
    private boolean bodySeen;
    private boolean retried;
    private boolean unflushed;
    private int pendingBytes;

    /** The program is spoken to in the version that the client speaks. */
    Forwarder(Upstreams upstreams, boolean http2, ProxyLog log) {
        this.upstreams = upstreams;
        this.http2 = http2;
        this.log = log;
    }

    private Downstream client() {
        Downstream there = client;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    private Upstream upstream() {
        Upstream there = upstream;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        client = new Downstream(ctx, upstreams, log);
        upstream = upstreams.on(ctx.channel().eventLoop(), http2);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // No switch over types here: linking one takes milliseconds of the first request, and no cache keeps it.
        if (message instanceof HttpRequest head) {
            begin(head);
        } else if (message instanceof HttpContent content) {
            body(content);
        } else if (message instanceof ByteBuf octets && client().tunnelling()) {
            up(octets);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        Downstream from = client();
        HeaderRules.toUpstream(head, from.address(), upstreams.authority());
        request = head;
        requestDone = head instanceof LastHttpContent;
        bodySeen = requestDone;
        retried = false;
        from.begin(!requestDone && head.headers().contains(HttpHeaderNames.EXPECT));
        pending.add(head);
        Splices splices = upstreams.splices();
        if (!requestDone && !http2 && splices != null) {
            detour = RequestDetour.wanted(from.context(), splices, from.gate());
        }
        leasing = true;
        inReadBurst = true;
        upstream().lease(this, false);
        inReadBurst = false;
    }

    private void body(HttpContent content) {
        if (request == null || requestDone) {
            content.release();
            return;
        }
        client().bodyCame(content.content().isReadable());
        requestDone = content instanceof LastHttpContent;
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
                client().gate().hold(ReadGate.Reason.UPSTREAM);
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
                client().gate().hold(ReadGate.Reason.UPSTREAM);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        UpstreamExchange to = connection;
        if (unflushed && to != null) {
            flushRequest(to);
        }
        if (to != null) {
            startDetour(to);
        }
    }

    private void startDetour(UpstreamExchange to) {
        RequestDetour way = detour;
        if (way != null) {
            way.start(to.channel());
        }
    }

    private void flushRequest(UpstreamExchange to) {
        unflushed = false;
        to.flush();
    }

    // Called by Upstream.

    /** Whether the exchange may be sent a second time if a used connection turns out to be dead: Go's rule. */
    boolean replayable() {
        HttpRequest head = request;
        if (head == null || bodySeen || retried || client().started()) {
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
            startDetour(to);
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
        Downstream from = client();
        if (from.gate().held(ReadGate.Reason.UPSTREAM)) {
            from.gate().release(ReadGate.Reason.UPSTREAM);
            ChannelHandlerContext ctx = from.context();
            if (!ctx.channel().config().isAutoRead()) {
                // The client is held back for another reason; a handler above that makes the body itself is not.
                ctx.read();
            }
        }
    }

    void informational(HttpResponse response) {
        client().informational(response);
    }

    void response(HttpResponse response) {
        client().head(response);
    }

    /** The program has switched protocols. */
    void upgraded(HttpResponse response) {
        UpstreamExchange from = connection;
        if (from != null) {
            client().upgrade(response, from.channel());
        }
    }

    void tunnelled(Object octets) {
        client().body(octets, connection);
    }

    /** One end of the tunnel will send no more. */
    void tunnelEnded(Channel end) {
        client().tunnelEnded(end);
    }

    void content(HttpContent content) {
        client().body(content, connection);
    }

    /** Whether a large response may pass by this handler. */
    boolean takesDetours() {
        return !http2 && client().takesDetours();
    }

    boolean writable() {
        return client().writable();
    }

    /** The rest of the response's body goes from the program's socket to the client's; false if it has to come as messages. */
    boolean detour(Channel from, KnownBody body, SpliceDetour.Ended ended) {
        return client().detour(from, body, ended);
    }

    void last(LastHttpContent last) {
        over();
        client().last(last);
    }

    void flushResponse() {
        client().flush();
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
        if (head != null && requestDone && !bodySeen && !retried && !client().started()) {
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
        upstream().lease(this, true);
    }

    private void fail(String failure, Reached reached) {
        Downstream to = client();
        boolean tunnelled = to.tunnelling();
        over();
        to.fail(tunnelled, failure, reached);
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
        Downstream from = client();
        from.over();
        socketWanted = null;
        unflushed = false;
        pendingBytes = 0;
        for (HttpObject message; (message = pending.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
        if (leasing) {
            leasing = false;
            upstream().forget(this);
        }
        from.gate().release(ReadGate.Reason.UPSTREAM);
        RequestDetour way = detour;
        if (way != null) {
            detour = null;
            way.end();
        }
    }
}
