package dev.baton.proxy;

import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollTcpInfo;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to the user's program. Idle ones are reused last in, first out, so that the surplus of a
 * busy time grows old and is closed. Event loop only, except {@link #evictOne}.
 */
final class UpstreamPool implements Upstream {
    /** After that much idleness a connection is closed; Go's transport does the same. */
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Upstreams upstreams;
    private final EventLoop loop;
    private final EpollTcpInfo tcpInfo = new EpollTcpInfo();
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private final ArrayDeque<Dial> dials = new ArrayDeque<>(2);
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
                if (next.usable(replayable)) {
                    next.serve(front);
                    front.attached(next);
                    return;
                }
                next.close();
            }
        }
        Dial dial = new Dial(this, upstreams, front);
        dials.add(dial);
        upstreams.makeRoom(this);
        dial.start(loop);
    }

    @Override
    public void forget(Forwarder front) {
        for (Dial dial : dials) {
            if (dial.front() == front) {
                dial.forget();
                return;
            }
        }
    }

    void dialled(Dial dial, UpstreamConnection connection) {
        dials.remove(dial);
        Forwarder front = dial.front();
        if (front == null) {
            park(connection);
        } else {
            connection.serve(front);
            front.attached(connection);
        }
    }

    void undiallable(Dial dial, String failure) {
        dials.remove(dial);
        Forwarder front = dial.front();
        if (front != null) {
            front.unreachable(failure);
        }
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
}
