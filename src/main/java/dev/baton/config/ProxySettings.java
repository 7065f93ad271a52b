package dev.baton.config;

import java.time.Duration;
import java.util.Set;

/**
 * The request path.
 *
 * @param containerConcurrency requests that run at once; 0 means no breaker
 * @param fullDuplex ENABLE_HTTP_FULL_DUPLEX: the response may begin before an HTTP/1 request has been read
 * @param headBytes longest head of a request or response, in bytes
 * @param headFields most fields in one request head
 * @param headTimeout time for a client to send one head
 * @param bodyRate least bytes a second of a request body that has been announced; 0 for no limit
 * @param bodyWindow time over which that rate is averaged
 * @param http2Burst frames that serve no request, that an HTTP/2 client may send at a stretch
 * @param drainQuiet time without an ordinary request after which the listeners close
 * @param eventLoops threads that serve all sockets
 * @param imitations behaviours of the Go sidecar that are asked for
 * @param explainErrors whether a 5xx says whose it is
 * @param connections of the main port at once
 * @param splice whether large bodies of known length are moved by the kernel
 */
public record ProxySettings(
        int containerConcurrency,
        boolean fullDuplex,
        int headBytes,
        int headFields,
        Duration headTimeout,
        int bodyRate,
        Duration bodyWindow,
        int http2Burst,
        Duration drainQuiet,
        int eventLoops,
        Set<Imitation> imitations,
        boolean explainErrors,
        int connections,
        boolean splice) {

    /** Whether the Go sidecar's behaviour is wanted in place of the better one. */
    public boolean imitates(Imitation behaviour) {
        return imitations.contains(behaviour);
    }

    /** Requests that may wait for one of the {@link #containerConcurrency} places; 0 without a breaker. */
    public int queueDepth() {
        return (int) Math.min(10L * containerConcurrency, Integer.MAX_VALUE - 8);
    }

    /** Idle connections kept to the user's program. */
    public int idleUpstreamConnections() {
        return containerConcurrency > 0 ? containerConcurrency : 1000;
    }
}
