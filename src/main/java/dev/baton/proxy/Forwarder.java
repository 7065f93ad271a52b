package dev.baton.proxy;

import dev.baton.http.AnswerGate;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.KnownBody;
import dev.baton.http.Reached;
import dev.baton.http.SocketWanted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The front half of the way to the user's program, and the last handler of the main port: takes one exchange at a time and sees to its
 * life, from the lease of a connection to the last octet. Its request goes up by {@link RequestFlow}, its response down by
 * {@link Downstream}, each at the pace of its slower side. The other half is {@link UpstreamConnection}. Event loop only.
 */
final class Forwarder extends ChannelInboundHandlerAdapter {
    private static final String NOT_ADDED = "not in a pipeline";

    private final Upstreams upstreams;
    private final boolean http2;
    private final ProxyLog log;

    // Of the channel that this handler has been added to.
    private @Nullable Downstream client;
    private @Nullable RequestFlow flow;
    private @Nullable Upstream upstream;

    /** Asked for a connection that has not come. */
    private boolean leasing;
    /** A channelReadComplete will follow, and flush. */
    private boolean inReadBurst;

    /** The program is spoken to in the version that the client speaks. */
    Forwarder(Upstreams upstreams, boolean http2, ProxyLog log) {
        this.upstreams = upstreams;
        this.http2 = http2;
        this.log = log;
    }

    private Downstream client() {
        return Objects.requireNonNull(client, NOT_ADDED);
    }

    private RequestFlow flow() {
        return Objects.requireNonNull(flow, NOT_ADDED);
    }

    private Upstream upstream() {
        return Objects.requireNonNull(upstream, NOT_ADDED);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Downstream made = new Downstream(ctx, upstreams, log);
        client = made;
        flow = new RequestFlow(made);
        upstream = upstreams.on(ctx.channel().eventLoop(), http2);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // No switch over types here: linking one takes milliseconds of the first request, and no cache keeps it.
        if (message instanceof HttpRequest head) {
            begin(head);
        } else if (message instanceof HttpContent content) {
            flow().body(content);
        } else if (message instanceof ByteBuf octets && client().tunnelling()) {
            flow().octets(octets);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        Downstream from = client();
        RequestFlow up = flow();
        HeaderRules.toUpstream(head, from.address(), upstreams.authority());
        up.begin(head);
        boolean bodyFollows = !up.whole();
        from.begin(bodyFollows && head.headers().contains(HttpHeaderNames.EXPECT));
        Splices splices = upstreams.splices();
        if (bodyFollows && !http2 && splices != null) {
            up.detour(RequestDetour.wanted(from.context(), splices, from.gate()));
        }
        leasing = true;
        inReadBurst = true;
        upstream().lease(this, false);
        inReadBurst = false;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flow().readComplete();
    }

    // Called by Upstream.

    /** Whether the exchange may be sent a second time if a used connection turns out to be dead. */
    boolean replayable() {
        return flow().replayable();
    }

    HttpRequest request() {
        return flow().request();
    }

    boolean requestDone() {
        return flow().whole();
    }

    void attached(UpstreamExchange to) {
        leasing = false;
        flow().attached(to, inReadBurst);
    }

    void unreachable(String failure) {
        leasing = false;
        fail(failure, Reached.NO);
    }

    // Called by UpstreamConnection.

    /** The connection takes request body again. */
    void requestWanted() {
        flow().wanted();
    }

    void informational(HttpResponse response) {
        client().informational(response);
    }

    void response(HttpResponse response) {
        client().head(response);
    }

    /** The program has switched protocols. */
    void upgraded(HttpResponse response) {
        UpstreamExchange from = flow().connection();
        if (from != null) {
            client().upgrade(response, from.channel());
        }
    }

    void tunnelled(Object octets) {
        client().body(octets, flow().connection());
    }

    /** One end of the tunnel will send no more. */
    void tunnelEnded(Channel end) {
        client().tunnelEnded(end);
    }

    void content(HttpContent content) {
        client().body(content, flow().connection());
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
        RequestFlow up = flow();
        up.detached();
        if (stale && up.whole() && up.replayable()) {
            sendAgain();
        } else {
            fail(failure, Reached.MAYBE);
        }
    }

    /** The program's side says that it has not looked at the request. It may have it again if none of its body is gone. */
    void refused(String failure) {
        RequestFlow up = flow();
        up.detached();
        if (up.whole() && up.untouched()) {
            sendAgain();
        } else {
            fail(failure, Reached.NO);
        }
    }

    private void sendAgain() {
        flow().again();
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
        UpstreamExchange from = flow().connection();
        if (from != null && AnswerGate.open(ctx.channel())) {
            from.resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            abandon();
        } else if (event instanceof SocketWanted wish) {
            // A stream has no socket of its own.
            if (!http2) {
                flow().socketWanted(wish);
            }
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
        UpstreamExchange from = flow().connection();
        over();
        if (from != null) {
            from.abandon();
        }
    }

    private void over() {
        client().over();
        if (leasing) {
            leasing = false;
            upstream().forget(this);
        }
        flow().over();
    }
}
