package dev.baton.proxy;

import dev.baton.http.Answers;
import dev.baton.http.GoStatus;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy changes in heads on their way through (RFC 9110 section 7.6.1, and the rules of Go's reverse proxy that the
 * queue-proxy is built on). All else passes as it came. Pure.
 */
final class HeaderRules {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final String TRAILERS = "trailers";
    private static final String UPGRADE = "Upgrade";
    private static final String NO_CACHE = "no-cache";

    private HeaderRules() {}

    /**
     * Makes a client's request one for the user's program. An {@code Upgrade} field that is there is a wish to be passed on.
     *
     * @param peer the client's address, without port
     * @param authority the program's own, for a request that names no host
     */
    static void toUpstream(HttpRequest request, String peer, String authority) {
        HttpHeaders headers = request.headers();
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        headers.remove(KnativeHeaders.SERVING_REVISION);
        headers.remove(KnativeHeaders.SERVING_NAMESPACE);

        boolean trailers = acceptsTrailers(headers);
        String upgrade = headers.get(HttpHeaderNames.UPGRADE);
        removeHopByHop(headers);
        if (upgrade != null) {
            setUpgrade(headers, upgrade);
        }
        if (trailers) {
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            // In the one spelling that no server can misread.
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else {
            length(request.method(), headers);
        }
        asGoWritesThem(headers);

        String forwardedFor = headers.get(KnativeHeaders.X_FORWARDED_FOR);
        if (forwardedFor == null) {
            headers.set(KnativeHeaders.X_FORWARDED_FOR, peer);
        } else {
            headers.set(KnativeHeaders.X_FORWARDED_FOR, joined(headers, forwardedFor) + ", " + peer);
        }
        String host = headers.get(HttpHeaderNames.HOST);
        if (host == null || host.isEmpty()) {
            headers.set(HttpHeaderNames.HOST, authority);
        }
    }

    /** In its shortest form. That there is no body is said only of methods that usually have one: some servers refuse them else. */
    private static void length(HttpMethod method, HttpHeaders headers) {
        String given = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (given != null && given.charAt(0) != '0') {
            return;
        }
        int digits = 0;
        while (given != null && digits < given.length() && given.charAt(digits) == '0') {
            digits++;
        }
        if (given != null && digits < given.length()) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, given.substring(digits));
        } else if (usuallyHasBody(method)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        } else if (given != null) {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        }
    }

    /** What Go's server and client do to every request that passes: programs behind the queue-proxy have never seen another. */
    private static void asGoWritesThem(HttpHeaders headers) {
        String agent = headers.get(HttpHeaderNames.USER_AGENT);
        if (agent != null && agent.isEmpty()) {
            headers.remove(HttpHeaderNames.USER_AGENT);
        }
        String pragma = headers.get(HttpHeaderNames.PRAGMA);
        if (pragma != null && pragma.equals(NO_CACHE) && !headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
            headers.set(HttpHeaderNames.CACHE_CONTROL, NO_CACHE);
        }
    }

    private static boolean usuallyHasBody(HttpMethod method) {
        return HttpMethod.POST.equals(method) || HttpMethod.PUT.equals(method) || HttpMethod.PATCH.equals(method);
    }

    /** Makes the program's response, final or not, one for the client. A sidecar's own marks are not the program's to set. */
    static void toClient(HttpResponse response) {
        HttpHeaders headers = response.headers();
        removeHopByHop(headers);
        headers.remove(Answers.BATON_ERROR);
        response.setStatus(GoStatus.of(response.status().code()));
    }

    /** As {@link #toClient}, for the 101 that switches to {@code protocol}. */
    static void upgradeToClient(HttpResponse response, String protocol) {
        toClient(response);
        setUpgrade(response.headers(), protocol);
    }

    private static void setUpgrade(HttpHeaders headers, String protocol) {
        headers.set(HttpHeaderNames.CONNECTION, UPGRADE).set(HttpHeaderNames.UPGRADE, protocol);
    }

    /** A chunked body stays chunked, and its trailers stay announced. */
    private static void removeHopByHop(HttpHeaders headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection != null) {
            removeNamedBy(headers);
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(HttpHeaderNames.UPGRADE);
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            headers.remove(HttpHeaderNames.TRAILER);
        } else if (headers.contains(HttpHeaderNames.TRAILER)) {
            AnnouncedTrailers.asGoWritesThem(headers);
        }
    }

    private static void removeNamedBy(HttpHeaders headers) {
        List<String> values = headers.getAll(HttpHeaderNames.CONNECTION);
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            int from = 0;
            while (from < value.length()) {
                int comma = value.indexOf(',', from);
                int end = comma < 0 ? value.length() : comma;
                String name = value.substring(from, end).strip();
                if (!name.isEmpty() && !framing(name)) {
                    headers.remove(name);
                }
                from = end + 1;
            }
        }
    }

    /** Fields that say where the message ends or whom it is for are never a client's to remove. */
    private static boolean framing(String name) {
        return HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)
                || HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(name);
    }

    private static boolean acceptsTrailers(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.TE) && headers.containsValue(HttpHeaderNames.TE, TRAILERS, true);
    }

    private static String joined(HttpHeaders headers, String first) {
        List<String> values = headers.getAll(KnativeHeaders.X_FORWARDED_FOR);
        return values.size() == 1 ? first : String.join(", ", values);
    }

    /** Whether a response's body encoding is one that can be passed on: none, or chunked alone. */
    static boolean knownEncoding(HttpResponse response) {
        @Nullable String encoding = response.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
        return encoding == null
                || (HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encoding)
                        && response.headers()
                                        .getAll(HttpHeaderNames.TRANSFER_ENCODING)
                                        .size()
                                == 1);
    }
}
