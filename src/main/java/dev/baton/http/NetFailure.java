package dev.baton.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Network errors in the words of Go's net package, which tests, dashboards and people know from the queue-proxy. Pure. */
public final class NetFailure {
    private NetFailure() {}

    /** {@code dial tcp 127.0.0.1:8080: connect: connection refused}. */
    public static String dial(InetSocketAddress target, Throwable cause) {
        return "dial tcp " + hostPort(target) + ": connect: " + reason(cause);
    }

    /** {@code 127.0.0.1:8080}, {@code [::1]:8080}. */
    public static String hostPort(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return String.valueOf(address);
        }
        String host =
                inet.isUnresolved() ? inet.getHostString() : inet.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + inet.getPort();
    }

    /**
     * The system's words for the error, in lower case as Go has them. Netty's messages look like {@code finishConnect(..)
     * failed with error(-111): Connection refused: /127.0.0.1:8080}.
     */
    public static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        int from = message.indexOf("): ");
        from = from < 0 ? 0 : from + 3;
        int to = message.indexOf(": ", from);
        return message.substring(from, to < 0 ? message.length() : to).toLowerCase(Locale.ROOT);
    }
}
