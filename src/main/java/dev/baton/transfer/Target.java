package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import java.util.Locale;

/**
 * Whom an invocation calls.
 *
 * @param host name or address, lower case, without brackets
 * @param port 80 if the URL names none
 * @param authority host and port as the URL spells them: the Host field
 * @param path path and query, byte for byte, at least {@code /}
 */
record Target(String host, int port, String authority, String path) {
    private static final String SCHEME = "http://";
    private static final int HOST_CHARS_MAX = 253;

    /** @throws RefusedException when the text is not an absolute {@code http} URL */
    static Target of(String url) {
        if (!url.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw bad("the target must be an absolute http:// URL");
        }
        int from = SCHEME.length();
        int end = from;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(from, end);
        String rest = url.substring(end);
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) <= ' ' || url.charAt(i) >= 0x7f) {
                throw bad("the target has characters that a URL has not");
            }
        }
        if (rest.indexOf('#') >= 0 || authority.indexOf('@') >= 0) {
            throw bad("the target must have neither fragment nor user information");
        }
        int colon = authority.lastIndexOf(':');
        boolean bracketed = authority.startsWith("[");
        boolean hasPort = colon >= 0 && (!bracketed || colon > authority.indexOf(']'));
        String host = hasPort ? authority.substring(0, colon) : authority;
        int port = hasPort ? port(authority.substring(colon + 1)) : 80;
        if (bracketed) {
            if (!host.endsWith("]")) {
                throw bad("the target's address lacks its bracket");
            }
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw bad("the target's address lacks its brackets");
        }
        if (host.isEmpty() || host.length() > HOST_CHARS_MAX) {
            throw bad("the target names no host");
        }
        return new Target(host.toLowerCase(Locale.ROOT), port, authority, rest.startsWith("/") ? rest : "/" + rest);
    }

    /** Under which name the host's answers are remembered. */
    String key() {
        return host + ":" + port;
    }

    private static int port(String digits) {
        int port = 0;
        for (int i = 0; i < digits.length() && port <= 65535; i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                throw bad("the target's port is no number");
            }
            port = port * 10 + (c - '0');
        }
        if (port < 1 || port > 65535) {
            throw bad("the target's port is out of range");
        }
        return port;
    }

    private static RefusedException bad(String detail) {
        return new RefusedException(ErrorCode.BAD_REQUEST, detail);
    }
}
