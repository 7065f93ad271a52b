package dev.baton.proxy;

import dev.baton.http.NetFailure;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The pools of all event loops to the one program behind this sidecar, and what they have in common. Any thread. */
final class Upstreams {
    private final InetSocketAddress target;
    private final String authority;
    private final int maxIdle;
    private final int headBytes;
    private final boolean trustsIdle;
    private final @Nullable Splices splices;
    private final boolean lenient;
    private final ConcurrentHashMap<EventLoop, UpstreamPool> pools = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<EventLoop, Upstream> http2s = new ConcurrentHashMap<>(1);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger tunnels = new AtomicInteger();

    /**
     * Opens nothing yet.
     *
     * @param maxIdle idle connections that are kept, on each loop; with a breaker also the connections there are in all
     * @param headBytes longest response head
     * @param trustsIdle whether a kept connection is used without a look at its state
     * @param lenient whether a response may have a length beside its chunks
     * @param splices for large bodies; null if all are copied
     */
    Upstreams(
            InetSocketAddress target,
            int maxIdle,
            int headBytes,
            boolean trustsIdle,
            boolean lenient,
            @Nullable Splices splices) {
        this.splices = splices;
        this.lenient = lenient;
        this.trustsIdle = trustsIdle;
        this.target = target;
        this.authority = NetFailure.hostPort(target);
        this.maxIdle = maxIdle;
        this.headBytes = headBytes;
    }

    Upstream on(EventLoop loop, boolean http2) {
        if (http2) {
            return http2s.computeIfAbsent(loop, key -> new Http2Upstream(this, key));
        }
        UpstreamPool pool = pools.get(loop);
        return pool != null ? pool : pools.computeIfAbsent(loop, key -> new UpstreamPool(this, key));
    }

    InetSocketAddress target() {
        return target;
    }

    String authority() {
        return authority;
    }

    int maxIdle() {
        return maxIdle;
    }

    boolean lenient() {
        return lenient;
    }

    boolean trustsIdle() {
        return trustsIdle;
    }

    @Nullable
    Splices splices() {
        return splices;
    }

    int headBytes() {
        return headBytes;
    }

    /** Connections that are open, idle ones included. */
    int open() {
        return open.get();
    }

    int idle() {
        return idle.get();
    }

    /** Upgraded connections. */
    int tunnels() {
        return tunnels.get();
    }

    void tunnelsChanged(int by) {
        tunnels.addAndGet(by);
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }

    void idleChanged(int by) {
        idle.addAndGet(by);
    }

    /**
     * Another connection is about to be opened. If there are as many as the program is ever asked to serve at once, some
     * other loop keeps an idle one, and a program that serves one connection after the other would never get to the new one.
     */
    void makeRoom(UpstreamPool asking) {
        if (open.get() < maxIdle || idle.get() == 0) {
            return;
        }
        for (UpstreamPool pool : pools.values()) {
            if (pool != asking) {
                pool.evictOne();
            }
        }
    }
}
