package dev.baton.proxy;

import dev.baton.http.NetFailure;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Failures of connections to the user's program in the words of Go's net package, which tests and dashboards look for. */
final class UpstreamFailure {
    static final String EOF = "EOF";
    static final String MALFORMED = "net/http: HTTP/1.x transport connection broken: malformed HTTP response";
    /** What Go makes of an HTTP/1 answer to an HTTP/2 preface: its first letters, read as a frame's length. */
    static final String NOT_HTTP2 = "http2: frame too large";

    static final String LOST_CONNECTION = "http2: client connection lost";
    static final String MALFORMED_HTTP2 = "http2: malformed response";

    private static final String BROKEN = "net/http: HTTP/1.x transport connection broken: ";

    /** How Netty's decoder begins when it complains of lengths that contradict each other. */
    private static final String TWO_LENGTHS = "Multiple Content-Length values found: ";

    private UpstreamFailure() {}

    static String unknownEncoding(String encoding) {
        return BROKEN + "unsupported transfer encoding: \"" + encoding + '"';
    }

    /** What Go's client would say of a response that could not be read. */
    static String malformed(@Nullable Throwable cause) {
        String text = cause == null ? null : cause.getMessage();
        if (text != null && cause instanceof MalformedResponse) {
            return BROKEN + text;
        }
        if (text != null && text.startsWith(TWO_LENGTHS + '[') && text.endsWith("]")) {
            String lengths = text.substring(TWO_LENGTHS.length() + 1, text.length() - 1);
            return BROKEN + "http: message cannot contain multiple Content-Length headers; got [\""
                    + lengths.replace(", ", "\" \"") + "\"]";
        }
        return MALFORMED;
    }

    static String otherUpgrade(String switchedTo, String wished) {
        return "backend tried to switch protocol \"" + switchedTo + "\" when \"" + wished + "\" was requested";
    }

    /** After the last of the attempts that timed out. */
    static String dialTimeout(InetSocketAddress target, long nanos) {
        return String.format(Locale.ROOT, "timed out dialing %s after %.2fs", NetFailure.hostPort(target), nanos / 1e9);
    }

    /** {@code read tcp 127.0.0.1:50000->127.0.0.1:8080: read: connection reset by peer}. */
    static String broken(Channel channel, IOException cause) {
        return "read tcp " + NetFailure.hostPort(channel.localAddress()) + "->"
                + NetFailure.hostPort(channel.remoteAddress()) + ": read: " + NetFailure.reason(cause);
    }
}
