package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the bodies of one HTTP/1 connection come at the least pace. Counted is only time in which the client alone kept the
 * body away: it has announced octets, by a length or by a chunk that it has begun, and waits neither for leave to send them nor for
 * us to read; a body and a response that are under way at the same time may be a conversation. What is missing of a request that has
 * been answered must come in any case. One per connection; event loop only.
 */
final class BodyWatch implements BodySweep.Connection {
    private final FramingGuard guard;
    private final ChannelHandlerContext ctx;
    private final RequestScanner scanner;
    private final GuardLimits limits;
    private final BodyPace pace;
    private final @Nullable ServerCodec codec;

    private long bytes;
    /** Another body than at the last look. */
    private boolean fresh;

    private boolean watched;
    private boolean stopped;

    BodyWatch(FramingGuard guard, ChannelHandlerContext ctx, RequestScanner scanner, GuardLimits limits) {
        this.guard = guard;
        this.ctx = ctx;
        this.scanner = scanner;
        this.limits = limits;
        pace = new BodyPace(limits);
        codec = ctx.pipeline().get(ServerCodec.class);
    }

    /** A body is incomplete after all that could be read. Idempotent. */
    void begin() {
        if (!watched) {
            watched = true;
            fresh = true;
            BodySweep.add(this, ctx.executor(), limits);
        }
    }

    /** So much more has come. */
    void came(long count) {
        bytes += count;
    }

    /** If a body follows, it is another one. */
    void exchangeEnded() {
        fresh = true;
    }

    /** The connection is no longer one of requests. */
    void stop() {
        stopped = true;
    }

    @Override
    public boolean look(long nanoTime) {
        if (stopped || !scanner.inBody()) {
            watched = false;
            return false;
        }
        if (fresh || !due()) {
            fresh = false;
            pace.restart(nanoTime, bytes, bytes);
        } else if (pace.tooSlow(nanoTime, bytes, bytes, 1)) {
            watched = false;
            guard.bodyTooSlow();
            return false;
        }
        return true;
    }

    private boolean due() {
        boolean reading = ctx.channel().config().isAutoRead();
        if (codec == null) {
            return reading && scanner.owed();
        }
        if (codec.answered()) {
            return reading;
        }
        return scanner.owed()
                && codec.bodyDue()
                && (reading || codec.requestBody().starved());
    }
}
