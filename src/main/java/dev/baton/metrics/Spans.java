package dev.baton.metrics;

import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one connection's or stream's exchanges, one exchange after the other. Event loop only; each step comes at most
 * once for an exchange, in this order, and every exchange that has begun ends.
 */
public interface Spans {
    /**
     * What is known of a request when it arrives.
     *
     * @param method as clients may not invent it
     * @param version {@code 1.1}, {@code 2}
     * @param peer the client's address and port, if it has one
     */
    record Arrival(
            HttpRequest request,
            String method,
            boolean tls,
            String host,
            String version,
            String tag,
            java.net.@Nullable InetSocketAddress peer) {}

    /** The SERVER span begins. The request names it as its parent from then on. */
    void arrived(Arrival arrival);

    /** The request is the user's program's: the span of the proxy's own work begins, and, {@code waits}, that of its queue. */
    void proxied(boolean waits);

    /** The request's turn has come. */
    void running();

    /** The CLIENT span begins. The request names it as its parent. */
    void sent(HttpRequest request);

    /** The user's program has begun to answer, or {@code error} says what went wrong instead. */
    void answered(int status, String error);

    /** The user's program has answered to the end, or nobody waits for that any more. */
    void received();

    /** All spans that are still open end. */
    void ended(int status, long requestBytes, long responseBytes);
}
