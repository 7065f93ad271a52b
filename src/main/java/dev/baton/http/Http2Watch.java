package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks again and again at the streams of one HTTP/2 connection, as long as it has any: bodies have to come at the least pace,
 * complete answers have to be taken. A DATA frame that has begun has to come at that pace too: it is gathered before any stream hears
 * of it. One per connection; event loop only.
 */
final class Http2Watch implements BodySweep.Connection {
    /** If the connection's window is smaller it may be other streams, and that is we, who keep a body away. */
    private static final int NARROW_WINDOW_BYTES = 16 * 1024;

    private final GuardLimits limits;
    private final Http2Guard guard;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey key;
    private final BodyPace frame;
    private final List<Http2Exchange> exchanges = new ArrayList<>();

    /** Of all bodies. */
    private long bytes;

    private boolean watched;
    /** Nothing is known of the time before. */
    private boolean fresh;

    Http2Watch(GuardLimits limits, Http2Guard guard, Http2Connection connection) {
        this.limits = limits;
        this.guard = guard;
        this.connection = connection;
        key = connection.newKey();
        frame = new BodyPace(limits);
    }

    GuardLimits limits() {
        return limits;
    }

    // Called by Http2Guard.

    /** Something has begun. Idempotent. */
    void begin(ChannelHandlerContext ctx) {
        if (!watched) {
            watched = true;
            fresh = true;
            BodySweep.add(this, ctx.executor(), limits);
        }
    }

    /** So much more of a body has come. */
    void came(int count) {
        bytes += count;
    }

    // Called by Http2Exchange.

    void add(int stream, Http2Exchange exchange) {
        Http2Stream there = connection.stream(stream);
        if (there != null) {
            there.setProperty(key, exchange);
        }
    }

    @Override
    public boolean look(long nanoTime) {
        boolean begun = guard.inData();
        if (guard.dead() || (!begun && connection.numActiveStreams() == 0)) {
            watched = false;
            return false;
        }
        if (fresh || !begun || limits.bodyBytesPerSecond() == 0) {
            fresh = false;
            frame.restart(nanoTime, bytes, bytes);
        } else if (frame.tooSlow(nanoTime, bytes, bytes, 1)) {
            watched = false;
            guard.frameTooSlow();
            return false;
        }
        lookAtStreams(nanoTime);
        return true;
    }

    private void lookAtStreams(long nanoTime) {
        try {
            connection.forEachActiveStream(stream -> {
                Http2Exchange exchange = stream.getProperty(key);
                if (exchange != null) {
                    exchanges.add(exchange);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new AssertionError("thrown by nobody", e);
        }
        boolean held =
                connection.local().flowController().windowSize(connection.connectionStream()) < NARROW_WINDOW_BYTES;
        int due = 0;
        for (Http2Exchange exchange : exchanges) {
            due += exchange.bodyDue() ? 1 : 0;
        }
        for (Http2Exchange exchange : exchanges) {
            exchange.look(nanoTime, bytes, held ? 0 : due);
        }
        exchanges.clear();
    }
}
