package dev.baton.proxy;

import dev.baton.http.PassedContent;
import dev.baton.http.ReadGate;
import dev.baton.http.SocketWanted;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The request of {@link Forwarder}'s open exchange on its way to the program: what waits for a connection, what may be sent a second
 * time, and whether the client is read on. {@link Downstream} is the other direction. Event loop only.
 */
final class RequestFlow {
    /** Request body that may be read while no connection is there yet. */
    private static final int PENDING_LIMIT_BYTES = 64 * 1024;

    private final Downstream client;
    private final ArrayDeque<HttpObject> pending = new ArrayDeque<>(4);

    // There is no open exchange while this is null.
    private @Nullable HttpRequest request;
    private @Nullable UpstreamExchange connection;
    private @Nullable SocketWanted socketWanted;
    /** Of a large body that may leave the client's socket another way; null if the request has none. */
    private @Nullable RequestDetour detour;

    private boolean whole;
    private boolean bodySeen;
    private boolean retried;
    private boolean unflushed;
    private int pendingBytes;

    RequestFlow(Downstream client) {
        this.client = client;
    }

    /** An exchange begins. Its request waits for {@link #attached}. */
    void begin(HttpRequest head) {
        request = head;
        whole = head instanceof LastHttpContent;
        bodySeen = whole;
        retried = false;
        pending.add(head);
    }

    /** The body of the request that has just begun may leave the client's socket another way. */
    void detour(@Nullable RequestDetour way) {
        detour = way;
    }

    /** The head of the open exchange's request. */
    HttpRequest request() {
        HttpRequest head = request;
        if (head == null) {
            throw new IllegalStateException("no open exchange");
        }
        return head;
    }

    /** What the request goes to, and the response comes from; null while there is no connection. */
    @Nullable
    UpstreamExchange connection() {
        return connection;
    }

    /** Whether the client has sent all of it. */
    boolean whole() {
        return whole;
    }

    /** Whether it may be sent a second time if the program says that it has not looked at it: none of its body is gone. */
    boolean untouched() {
        return request != null && !bodySeen && !retried && !client.started();
    }

    /** Whether it may be sent a second time if a used connection turns out to be dead: Go's rule. */
    boolean replayable() {
        HttpRequest head = request;
        if (head == null || !untouched()) {
            return false;
        }
        HttpMethod method = head.method();
        return HttpMethod.GET.equals(method)
                || HttpMethod.HEAD.equals(method)
                || HttpMethod.OPTIONS.equals(method)
                || HttpMethod.TRACE.equals(method);
    }

    /** Takes the content over. */
    void body(HttpContent content) {
        if (request == null || whole) {
            content.release();
            return;
        }
        client.bodyCame(content.content().isReadable());
        whole = content instanceof LastHttpContent;
        bodySeen |= content != LastHttpContent.EMPTY_LAST_CONTENT;
        if (content instanceof PassedContent) {
            content.release();
            return;
        }
        UpstreamExchange to = connection;
        if (to == null) {
            pending.add(content);
            pendingBytes += content.content().readableBytes();
            if (pendingBytes > PENDING_LIMIT_BYTES) {
                client.gate().hold(ReadGate.Reason.UPSTREAM);
            }
            return;
        }
        send(to, content);
    }

    /** Takes over octets of a tunnel. */
    void octets(ByteBuf octets) {
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
            flush(to);
            if (!to.writable()) {
                client.gate().hold(ReadGate.Reason.UPSTREAM);
            }
        }
    }

    /** Nothing more has been read for now. */
    void readComplete() {
        UpstreamExchange to = connection;
        if (to != null) {
            if (unflushed) {
                flush(to);
            }
            startDetour(to);
        }
    }

    private void flush(UpstreamExchange to) {
        unflushed = false;
        to.flush();
    }

    private void startDetour(UpstreamExchange to) {
        RequestDetour way = detour;
        if (way != null) {
            way.start(to.channel());
        }
    }

    /**
     * There is a connection.
     *
     * @param inReadBurst whether {@link #readComplete} will follow, and flush
     */
    void attached(UpstreamExchange to, boolean inReadBurst) {
        connection = to;
        for (HttpObject message; (message = pending.poll()) != null; ) {
            to.send(message);
        }
        pendingBytes = 0;
        unflushed = true;
        if (!inReadBurst) {
            flush(to);
            startDetour(to);
        }
        if (to.writable()) {
            wanted();
        }
        SocketWanted wish = socketWanted;
        if (wish != null) {
            socketWanted = null;
            wish.grant(to.channel());
        }
    }

    /** The connection takes body again. */
    void wanted() {
        if (client.gate().held(ReadGate.Reason.UPSTREAM)) {
            client.gate().release(ReadGate.Reason.UPSTREAM);
            ChannelHandlerContext ctx = client.context();
            if (!ctx.channel().config().isAutoRead()) {
                // The client is held back for another reason; a handler above that makes the body itself is not.
                ctx.read();
            }
        }
    }

    /** A handler above writes the body to the program's socket itself; the message that ends it comes here. */
    void socketWanted(SocketWanted wish) {
        if (request == null) {
            return;
        }
        wish.take();
        bodySeen = true;
        UpstreamExchange to = connection;
        if (to == null) {
            socketWanted = wish;
        } else {
            flush(to);
            wish.grant(to.channel());
        }
    }

    /** The connection is gone; the exchange may get another one. */
    void detached() {
        connection = null;
    }

    /** The request, which is whole and {@link #untouched}, waits for another connection. */
    void again() {
        retried = true;
        pending.add(request());
        pending.add(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** The exchange is over; nothing of its request is sent any more, and the client is read on. */
    void over() {
        request = null;
        connection = null;
        socketWanted = null;
        unflushed = false;
        pendingBytes = 0;
        for (HttpObject message; (message = pending.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
        client.gate().release(ReadGate.Reason.UPSTREAM);
        RequestDetour way = detour;
        if (way != null) {
            detour = null;
            way.end();
        }
    }
}
