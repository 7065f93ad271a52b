package dev.baton.requestlog;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request's target as Go's net/url shows it in {@code .Request.URL}. A target that Go's server would have refused (a bad
 * percent-encoding in the path) is shown as it came.
 */
final class GoUrl implements Struct {
    private static final Set<String> UNSUPPORTED = Set.of(
            "Opaque",
            "User",
            "OmitHost",
            "ForceQuery",
            "Fragment",
            "RawFragment",
            "Query",
            "Hostname",
            "Port",
            "IsAbs",
            "JoinPath",
            "MarshalBinary",
            "AppendBinary",
            "Parse",
            "Redacted",
            "ResolveReference",
            "UnmarshalBinary",
            "EscapedFragment");

    private final String scheme;
    private final String host;
    private final String path;
    private final String rawPath;
    private final boolean queried;
    private final String query;

    private GoUrl(String scheme, String host, String target) {
        this.scheme = scheme;
        this.host = host;
        int mark = target.indexOf('?');
        queried = mark >= 0;
        query = queried ? target.substring(mark + 1) : "";
        String encoded = queried ? target.substring(0, mark) : target;
        path = unescape(encoded);
        rawPath = escape(path).equals(encoded) ? "" : encoded;
    }

    /** @param target in origin form, absolute form or a star */
    static GoUrl parse(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme <= 0) {
            return new GoUrl("", "", target);
        }
        int from = scheme + 3;
        int end = from;
        while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        return new GoUrl(
                target.substring(0, scheme).toLowerCase(java.util.Locale.ROOT),
                target.substring(from, end),
                target.substring(end));
    }

    /** Whether Go's URL has this and ours has not. */
    static boolean unsupported(String name) {
        return UNSUPPORTED.contains(name);
    }

    @Override
    public String goType() {
        return "*url.URL";
    }

    @Override
    public @Nullable Object field(String name) {
        return switch (name) {
            case "Scheme" -> scheme;
            case "Host" -> host;
            case "Path" -> path;
            case "RawPath" -> rawPath;
            case "RawQuery" -> query;
            default -> null;
        };
    }

    @Override
    public @Nullable Object call(String method, List<Object> arguments) {
        String result =
                switch (method) {
                    case "String" -> print();
                    case "EscapedPath" -> escapedPath();
                    case "RequestURI" -> (escapedPath().isEmpty() ? "/" : escapedPath()) + (queried ? "?" + query : "");
                    default -> null;
                };
        if (result != null) {
            Struct.arity(method, arguments, 0);
        }
        return result;
    }

    /** URL.String. */
    @Override
    public String print() {
        String shown = escapedPath();
        return (scheme.isEmpty() ? "" : scheme + "://" + host) + shown + (queried ? "?" + query : "");
    }

    private String escapedPath() {
        if (!rawPath.isEmpty() && valid(rawPath)) {
            return rawPath;
        }
        return path.equals("*") ? "*" : escape(path);
    }

    /** What Go leaves as it came: everything that it would not escape itself, brackets and escapes. */
    private static boolean valid(String encoded) {
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (!plain(c) && "!'()*[]%".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean plain(char c) {
        return Escapes.unreserved(c) || "$&+,/:;=@".indexOf(c) >= 0;
    }

    private static String escape(String path) {
        StringBuilder out = new StringBuilder(path.length() + 8);
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (plain(c)) {
                out.append(c);
            } else {
                Escapes.percent(out, c);
            }
        }
        return out.toString();
    }

    private static String unescape(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        StringBuilder out = new StringBuilder(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int high = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
            int low = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return encoded;
            }
            out.append((char) (high << 4 | low));
            i += 2;
        }
        return out.toString();
    }
}
