package dev.baton.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has measured. Only the loop writes; whoever collects reads, from any thread. A request finds its series
 * without looking when it is like the one before on its connection ({@link Exchange} remembers them).
 */
final class LoopMetrics {
    /** Series of {@code http.server.*}. */
    record Server(ServerKey key, Histogram duration, Histogram requestSize, Histogram responseSize) {}

    /** Series of {@code http.client.*}. */
    record Client(ClientKey key, Histogram duration, Histogram requestSize) {}

    private static final int STATUSES = 1000;
    private static final int LONGEST_NAME = 255;

    private final RequestMetrics all;
    final ConcurrentHashMap<ServerKey, Server> servers = new ConcurrentHashMap<>();
    final ConcurrentHashMap<ClientKey, Client> clients = new ConcurrentHashMap<>();
    final AtomicReferenceArray<@Nullable Histogram> invocations = new AtomicReferenceArray<>(STATUSES);

    LoopMetrics(RequestMetrics all) {
        this.all = all;
    }

    /** The loop only. */
    Server server(String method, boolean tls, String host, String version, int status, String tag) {
        ServerKey key = host.length() > LONGEST_NAME || tag.length() > LONGEST_NAME
                ? ServerKey.OVERFLOW
                : all.openCensus()
                        ? new ServerKey("", false, "", "", status, tag)
                        : new ServerKey(method, tls, host, version, status, tag);
        Server found = servers.get(key);
        if (found != null) {
            return found;
        }
        ServerKey admitted = all.admit(key) ? key : ServerKey.OVERFLOW;
        return servers.computeIfAbsent(
                admitted,
                wanted -> new Server(
                        wanted,
                        new Histogram(all.durations()),
                        new Histogram(Buckets.BYTES),
                        new Histogram(Buckets.BYTES)));
    }

    /** The loop only. */
    Client client(ClientKey given) {
        ClientKey key = given.tag().length() > LONGEST_NAME ? ClientKey.OVERFLOW : given;
        Client found = clients.get(key);
        if (found != null) {
            return found;
        }
        ClientKey admitted = all.admit(key) ? key : ClientKey.OVERFLOW;
        return clients.computeIfAbsent(
                admitted, wanted -> new Client(wanted, new Histogram(Buckets.SECONDS), new Histogram(Buckets.BYTES)));
    }

    /** The loop only. */
    Histogram invocations(int status) {
        int at = Math.clamp(status, 0, STATUSES - 1);
        Histogram found = invocations.get(at);
        if (found == null) {
            found = new Histogram(all.durations());
            invocations.set(at, found);
        }
        return found;
    }
}
