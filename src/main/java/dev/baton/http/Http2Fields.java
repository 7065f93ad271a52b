package dev.baton.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields on their way between HTTP/2 and the HTTP/1 messages that all handlers speak (RFC 9113 sections 8.2 and 8.3). What
 * would be read in another way on the other side is malformed: line ends and NUL in values, capitals and blanks in names,
 * fields of a connection. Pure.
 */
public final class Http2Fields {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");
    private static final String NAME_SIGNS = "!#$%&'*+-.^_`|~";

    private Http2Fields() {}

    /**
     * The fields of a head or a trailer section, without the pseudo-header fields.
     *
     * @throws IllegalArgumentException if the message is malformed
     */
    public static HttpHeaders read(Http2Headers from) {
        HttpHeaders to =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            CharSequence name = field.getKey();
            CharSequence value = field.getValue();
            if (!name.isEmpty() && name.charAt(0) == ':') {
                continue;
            }
            checkName(name);
            checkValue(value);
            if (ofConnection(name)
                    || (HttpHeaderNames.TE.contentEquals(name) && !HttpHeaderValues.TRAILERS.contentEquals(value))) {
                throw new IllegalArgumentException("a field of the connection");
            }
            if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                cookies = cookies == null
                        ? new StringBuilder(value)
                        : cookies.append("; ").append(value);
            } else {
                to.add(name, value.toString());
            }
        }
        if (cookies != null) {
            to.set(HttpHeaderNames.COOKIE, cookies.toString());
        }
        return to;
    }

    /** The same fields, but for those that HTTP/2 says in other ways or not at all. */
    public static Http2Headers write(HttpHeaders from) {
        Http2Headers to = new DefaultHttp2Headers(false, from.size() + 4);
        for (Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence(); fields.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (HttpHeaderNames.COOKIE.contentEquals(name)) {
                addCrumbs(to, field.getValue().toString());
            } else if (!ofConnection(name) && !HttpHeaderNames.HOST.contentEquals(name)) {
                to.add(name, field.getValue());
            }
        }
        return to;
    }

    /**
     * RFC 9113 8.2.3: one field for each cookie, which compresses better; Go's client does the same. Blanks around one are none of it: a
     * field's value may not begin or end with them (8.2.1).
     */
    private static void addCrumbs(Http2Headers to, String cookies) {
        int from = 0;
        while (from < cookies.length()) {
            int semicolon = cookies.indexOf(';', from);
            int next = semicolon < 0 ? cookies.length() : semicolon;
            int end = next;
            while (from < end && blank(cookies.charAt(from))) {
                from++;
            }
            while (end > from && blank(cookies.charAt(end - 1))) {
                end--;
            }
            if (from < end) {
                to.add(HttpHeaderNames.COOKIE, cookies.substring(from, end));
            }
            from = next + 1;
        }
    }

    /** Whether a request's target may be passed on: a path as in HTTP/1, sound escapes, nothing a line could end at. */
    static boolean soundPath(CharSequence path) {
        if (path.isEmpty() || path.charAt(0) != '/') {
            return false;
        }
        boolean query = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= 0x20 || c == 0x7f) {
                return false;
            }
            query |= c == '?';
            if (c == '%' && !query && !(hex(path, i + 1) && hex(path, i + 2))) {
                return false;
            }
        }
        return true;
    }

    private static boolean hex(CharSequence path, int index) {
        return index < path.length() && Character.digit(path.charAt(index), 16) >= 0;
    }

    /** Whether this can stand in a Host field. */
    public static boolean soundHost(@Nullable CharSequence host) {
        if (host == null || host.isEmpty()) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!alphanumeric(c) && "!$%&'()*+,-.:;=[]_~".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    static boolean soundMethod(CharSequence method) {
        for (int i = 0; i < method.length(); i++) {
            if (!alphanumeric(method.charAt(i)) && NAME_SIGNS.indexOf(method.charAt(i)) < 0) {
                return false;
            }
        }
        return !method.isEmpty();
    }

    private static void checkName(CharSequence name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c >= 'A' && c <= 'Z') || (!alphanumeric(c) && NAME_SIGNS.indexOf(c) < 0)) {
                throw new IllegalArgumentException("a field's name");
            }
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a field without a name");
        }
    }

    private static void checkValue(CharSequence value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7f) {
                throw new IllegalArgumentException("a field's value");
            }
        }
        if (length > 0 && (blank(value.charAt(0)) || blank(value.charAt(length - 1)))) {
            throw new IllegalArgumentException("blanks around a field's value");
        }
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean alphanumeric(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    private static boolean ofConnection(CharSequence name) {
        return switch (name.length()) {
            case 7 -> HttpHeaderNames.UPGRADE.contentEquals(name);
            case 10 -> HttpHeaderNames.CONNECTION.contentEquals(name) || KEEP_ALIVE.contentEquals(name);
            case 14 -> HTTP2_SETTINGS.contentEquals(name);
            case 16 -> PROXY_CONNECTION.contentEquals(name);
            case 17 -> HttpHeaderNames.TRANSFER_ENCODING.contentEquals(name);
            default -> false;
        };
    }
}
