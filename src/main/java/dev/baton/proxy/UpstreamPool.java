package dev.baton.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to the user's program. Idle ones are reused last in, first out, so that the surplus of a
 * busy time grows old and is closed. Event loop only, except {@link #evictOne}.
 */
final class UpstreamPool implements Upstream, Dial.Owner {
    private static final int MAX_CHUNK_BYTES = 64 * 1024;
    /** After that much idleness a connection is closed; Go's transport does the same. */
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Upstreams upstreams;
    private final EventLoop loop;
    private final EpollTcpInfo tcpInfo = new EpollTcpInfo();
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private final ArrayDeque<Errand> errands = new ArrayDeque<>(2);
    private boolean sweeping;

    UpstreamPool(Upstreams upstreams, EventLoop loop) {
        this.upstreams = upstreams;
        this.loop = loop;
    }

    EpollTcpInfo tcpInfo() {
        return tcpInfo;
    }

    @Override
    public void lease(Forwarder front, boolean fresh) {
        if (!fresh) {
            boolean replayable = front.replayable();
            for (UpstreamConnection next; (next = idle.pollLast()) != null; ) {
                upstreams.idleChanged(-1);
                if (next.usable(replayable || upstreams.trustsIdle())) {
                    next.serve(front);
                    front.attached(next);
                    return;
                }
                // Not in this turn of the loop: its farewell may be among the events still to be handled, which know
                // it by its descriptor's number alone, and the next socket would get that number.
                loop.execute(next::close);
            }
        }
        Dial dial = new Dial(this, upstreams);
        errands.add(new Errand(dial, front));
        upstreams.makeRoom(this);
        dial.start(loop);
    }

    @Override
    public void forget(Forwarder front) {
        for (Errand errand : errands) {
            if (errand.front == front) {
                errand.front = null;
                errand.dial.forget();
                return;
            }
        }
    }

    @Override
    public void equip(ChannelPipeline pipeline) {
        ResponseDecoder decoder = new ResponseDecoder(decoding());
        pipeline.addLast(decoder, new HttpRequestEncoder(), new UpstreamConnection(this, decoder));
    }

    private HttpDecoderConfig decoding() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(upstreams.headBytes())
                .setMaxHeaderSize(upstreams.headBytes())
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setUseRfc9112TransferEncoding(!upstreams.lenient())
                .setStrictLineParsing(false);
    }

    @Override
    public void dialled(Dial dial, Channel channel) {
        UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
        Forwarder front = done(dial);
        if (front == null) {
            park(connection);
        } else {
            connection.serve(front);
            front.attached(connection);
        }
    }

    @Override
    public void undiallable(Dial dial, String failure) {
        Forwarder front = done(dial);
        if (front != null) {
            front.unreachable(failure);
        }
    }

    private @Nullable Forwarder done(Dial dial) {
        for (Errand errand : errands) {
            if (errand.dial == dial) {
                errands.remove(errand);
                return errand.front;
            }
        }
        return null;
    }

    /** The connection is free. */
    void park(UpstreamConnection connection) {
        if (idle.size() >= upstreams.maxIdle()) {
            connection.close();
            return;
        }
        connection.idle(System.nanoTime());
        idle.addLast(connection);
        upstreams.idleChanged(1);
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, MAX_IDLE_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /** The connection has been closed, by whomever. */
    void lost(UpstreamConnection connection) {
        upstreams.closed();
        if (idle.remove(connection)) {
            upstreams.idleChanged(-1);
        }
    }

    /** Closes the connection that has been idle longest, because another loop needs its place. Any thread. */
    void evictOne() {
        loop.execute(() -> closeOldest(idle.peekFirst()));
    }

    private void closeOldest(@Nullable UpstreamConnection oldest) {
        if (oldest != null) {
            oldest.close();
        }
    }

    private void sweep() {
        sweeping = false;
        long now = System.nanoTime();
        UpstreamConnection oldest;
        while ((oldest = idle.peekFirst()) != null) {
            long left = MAX_IDLE_NANOS - (now - oldest.idleSince());
            if (left > 0) {
                sweeping = true;
                loop.schedule(this::sweep, left, TimeUnit.NANOSECONDS);
                return;
            }
            idle.pollFirst();
            upstreams.idleChanged(-1);
            oldest.close();
        }
    }

    /** A connection that is being opened, and who waits for it. */
    private static final class Errand {
        private final Dial dial;
        private @Nullable Forwarder front;

        Errand(Dial dial, Forwarder front) {
            this.dial = dial;
            this.front = front;
        }
    }
}
