package dev.baton.pull;

import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other sidecars that this one pulls from; bounded, forgotten when unused. Any thread. */
final class Peers {
    private static final int MAX = 1024;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Map<SocketAddress, Peer> peers = new ConcurrentHashMap<>();

    /** The peer's guards, or null when there are too many peers: such a pull goes unguarded rather than not at all. */
    @Nullable
    Peer at(SocketAddress address) {
        Peer known = peers.get(address);
        if (known != null) {
            return known;
        }
        return peers.size() >= MAX ? null : peers.computeIfAbsent(address, unknown -> new Peer());
    }

    /** Forgets those that nobody has asked for a while. */
    void sweep() {
        long now = System.nanoTime();
        peers.values().removeIf(peer -> peer.unused(now, IDLE_NANOS));
    }

    int size() {
        return peers.size();
    }
}
