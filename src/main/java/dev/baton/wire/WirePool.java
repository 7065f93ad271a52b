package dev.baton.wire;

import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Idle connections of one event loop, by peer: bounded in number and age. That loop only. */
final class WirePool {
    private static final int IDLE_PER_PEER_MAX = 8;
    private static final int PEERS_MAX = 256;
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final long SWEEP_SECONDS = 10;

    private record Idle(WireConnection connection, long sinceNanos) {}

    private final EventLoop loop;
    private final Map<SocketAddress, ArrayDeque<Idle>> idle = new HashMap<>();
    private boolean sweeping;

    WirePool(EventLoop loop) {
        this.loop = loop;
    }

    /** The connection used last, so that the others grow old. */
    @Nullable
    WireConnection take(SocketAddress peer) {
        ArrayDeque<Idle> connections = idle.get(peer);
        if (connections == null) {
            return null;
        }
        Idle found;
        while ((found = connections.pollLast()) != null) {
            if (found.connection().idle()) {
                break;
            }
        }
        if (connections.isEmpty()) {
            idle.remove(peer);
        }
        return found == null ? null : found.connection();
    }

    /** Keeps the connection, or closes it when there are enough. */
    void put(WireConnection connection) {
        ArrayDeque<Idle> connections = idle.get(connection.peer());
        if (connections == null && idle.size() < PEERS_MAX) {
            connections = new ArrayDeque<>();
            idle.put(connection.peer(), connections);
        }
        if (connections == null || connections.size() >= IDLE_PER_PEER_MAX) {
            connection.channel().close();
            return;
        }
        connections.addLast(new Idle(connection, System.nanoTime()));
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }

    void forget(WireConnection connection) {
        ArrayDeque<Idle> connections = idle.get(connection.peer());
        if (connections != null
                && connections.removeIf(entry -> entry.connection() == connection)
                && connections.isEmpty()) {
            idle.remove(connection.peer());
        }
    }

    /** Closes every idle connection. */
    void clear() {
        List<WireConnection> doomed = new ArrayList<>();
        for (ArrayDeque<Idle> connections : idle.values()) {
            for (Idle entry : connections) {
                doomed.add(entry.connection());
            }
        }
        idle.clear();
        for (WireConnection connection : doomed) {
            connection.channel().close();
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        List<WireConnection> old = new ArrayList<>();
        for (Iterator<ArrayDeque<Idle>> peers = idle.values().iterator(); peers.hasNext(); ) {
            ArrayDeque<Idle> connections = peers.next();
            for (Idle first; (first = connections.peekFirst()) != null && now - first.sinceNanos() > IDLE_NANOS_MAX; ) {
                old.add(connections.removeFirst().connection());
            }
            if (connections.isEmpty()) {
                peers.remove();
            }
        }
        for (WireConnection connection : old) {
            connection.channel().close();
        }
        sweeping = !idle.isEmpty();
        if (sweeping) {
            loop.schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
