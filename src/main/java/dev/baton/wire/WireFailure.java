package dev.baton.wire;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;

/**
 * Why a request to another host has no response.
 *
 * @param kind what happened
 * @param nothingSent true if certainly no byte of the request has left
 */
public record WireFailure(Kind kind, boolean nothingSent) {
    /** What happened. */
    public enum Kind {
        /** The host is there, but nothing listens. */
        REFUSED,
        /** No way leads there. */
        NO_ROUTE,
        /** Nobody answered the connection attempt in time. */
        CONNECT_TIMEOUT,
        /** The name does not resolve, or only to addresses that may not be called. */
        UNKNOWN_HOST,
        /** The target lives where no function may call it through a sidecar. */
        FORBIDDEN,
        /** The connection ended before the response began. */
        CLOSED,
        /** As above, on a kept connection that had served before: the other side may just have tired of it. */
        STALE,
        /** The other side does not speak HTTP/1.1. */
        MALFORMED,
        /** This process could not try: descriptors, memory, shutdown. */
        LOCAL
    }

    static WireFailure ofConnect(Throwable cause) {
        Kind kind =
                switch (cause) {
                    case ConnectTimeoutException timeout -> Kind.CONNECT_TIMEOUT;
                    case NoRouteToHostException noRoute -> Kind.NO_ROUTE;
                    case ConnectException refused -> kindOf(refused);
                    case UnknownHostException unknown -> Kind.UNKNOWN_HOST;
                    default -> kindOf(cause);
                };
        return new WireFailure(kind, true);
    }

    /** Netty gives the kernel's refusals as one exception type; the text tells them apart. */
    private static Kind kindOf(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.contains("refused") || message.contains("reset")) {
            return Kind.REFUSED;
        }
        if (message.contains("unreachable") || message.contains("No route")) {
            return Kind.NO_ROUTE;
        }
        return message.contains("timed out") ? Kind.CONNECT_TIMEOUT : Kind.LOCAL;
    }
}
