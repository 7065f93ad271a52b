package dev.baton.http;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's target as Go's {@code http.ServeMux} reads it (net/http of Go 1.26, server.go and pattern.go): a path is matched
 * segment by segment without its escapes, and who asks for one with empty or dot segments is sent to the clean one. Pure.
 */
final class MuxTarget {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final String path;
    private final String query;

    private MuxTarget(String path, String query) {
        this.path = path;
        this.query = query;
    }

    /** @param target in origin or absolute form, as the framing guard has let it through */
    static MuxTarget of(String target) {
        int scheme = target.startsWith("/") ? -1 : target.indexOf("://");
        int from = 0;
        if (scheme >= 0) {
            from = scheme + 3;
            while (from < target.length() && target.charAt(from) != '/' && target.charAt(from) != '?') {
                from++;
            }
        }
        int mark = target.indexOf('?', from);
        int end = mark < 0 ? target.length() : mark;
        return new MuxTarget(target.substring(from, end), mark < 0 ? "" : target.substring(mark + 1));
    }

    /** Whether it is this path of one segment, such as {@code /metrics}, in whatever spelling. */
    boolean is(String wanted) {
        return path.equals(wanted)
                || (path.indexOf('%') >= 0
                        && path.lastIndexOf('/') == 0
                        && decoded(path).equals(wanted));
    }

    /** The answer that sends the client to the clean path; null if it has asked for that, or for a tunnel. */
    @Nullable
    FullHttpResponse redirection(HttpRequest request) {
        if (HttpMethod.CONNECT.equals(request.method()) || isClean()) {
            return null;
        }
        String location = encoded(clean(escaped()));
        if (!query.isEmpty()) {
            location += "?" + query;
        }
        boolean get = HttpMethod.GET.equals(request.method());
        boolean head = HttpMethod.HEAD.equals(request.method());
        FullHttpResponse answer = get
                ? Answers.text(
                        HttpResponseStatus.TEMPORARY_REDIRECT,
                        "<a href=\"" + inHtml(location) + "\">Temporary Redirect</a>.\n\n")
                : Answers.empty(HttpResponseStatus.TEMPORARY_REDIRECT);
        if (get || head) {
            answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        }
        if (head) {
            answer.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        answer.headers().set(HttpHeaderNames.LOCATION, location);
        return answer;
    }

    private boolean isClean() {
        if (path.isEmpty()) {
            return false;
        }
        for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
            int next = path.indexOf('/', at + 1);
            int length = (next < 0 ? path.length() : next) - at - 1;
            boolean empty = length == 0 && next >= 0;
            boolean dots = length > 0 && length < 3 && path.startsWith("..".substring(0, length), at + 1);
            if (empty || dots) {
                return false;
            }
        }
        return true;
    }

    /** Go's {@code cleanPath}: a slash at the end stays. */
    private static String clean(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.removeLast();
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        String clean = "/" + String.join("/", segments);
        return path.endsWith("/") && !segments.isEmpty() ? clean + "/" : clean;
    }

    /** As sent, unless there are characters in it that should have been escaped. */
    private String escaped() {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (!plain(c) && "!'()*[]%".indexOf(c) < 0) {
                return encoded(decoded(path));
            }
        }
        return path;
    }

    private static String decoded(String path) {
        var text = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%') {
                text.append((char) HexFormat.fromHexDigits(path, i + 1, i + 3));
                i += 2;
            } else {
                text.append(path.charAt(i));
            }
        }
        return text.toString();
    }

    private static String encoded(String path) {
        var text = new StringBuilder(path.length());
        for (byte octet : path.getBytes(StandardCharsets.ISO_8859_1)) {
            if (plain((char) (octet & 0xff))) {
                text.append((char) octet);
            } else {
                text.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return text.toString();
    }

    private static boolean plain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "-_.~$&+,/:;=@".indexOf(c) >= 0;
    }

    private static String inHtml(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }
}
