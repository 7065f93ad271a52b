package dev.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/** The forms of a request target (RFC 9112 section 3.2). Pure. */
public final class RequestTarget {
    private static final String HEX = "0123456789ABCDEF";

    /** May stand in a path as it is, as Go's net/url sees it. */
    private static final byte LEGAL = 1;
    /** Still does when a path has to be encoded because of others. */
    private static final byte KEPT = 2;

    private static final byte[] KIND = kinds();

    private RequestTarget() {}

    /**
     * Turns an absolute-form target into origin-form; its authority replaces the Host field. Path and query keep their bytes;
     * only a path with characters that must not be in one is encoded, as Go's client does it, and bytes beyond ASCII are.
     */
    public static void toOriginForm(HttpRequest request) {
        String uri = request.uri();
        if (uri.charAt(0) != '/') {
            if (uri.charAt(0) == '*' || HttpMethod.CONNECT.equals(request.method())) {
                return;
            }
            uri = withoutAuthority(request, uri);
        }
        int queryAt = uri.indexOf('?');
        int pathEnd = queryAt < 0 ? uri.length() : queryAt;
        boolean legal = true;
        for (int i = 0; i < uri.length() && legal; i++) {
            char c = uri.charAt(i);
            legal = i < pathEnd ? c < 0x80 && (KIND[c] & LEGAL) != 0 : c < 0x80;
        }
        if (!legal) {
            request.setUri(encoded(uri, pathEnd));
        }
    }

    private static String withoutAuthority(HttpRequest request, String uri) {
        int authority = uri.indexOf("://") + 3;
        int end = authority;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        request.headers().set(HttpHeaderNames.HOST, uri.substring(authority, end));
        String rest = uri.substring(end);
        String origin = rest.startsWith("/") ? rest : '/' + rest;
        request.setUri(origin);
        return origin;
    }

    private static String encoded(String uri, int pathEnd) {
        StringBuilder encoded = new StringBuilder(uri.length() + 16);
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            boolean kept = c < 0x80 && (i >= pathEnd || (KIND[c] & KEPT) != 0);
            if (kept) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            }
        }
        return encoded.toString();
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[0x80];
        for (char c = 0; c < 0x80; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (alphanumeric || "-_.~$&+,/:;=@%".indexOf(c) >= 0) {
                kinds[c] = LEGAL | KEPT;
            } else if ("!'()*[]".indexOf(c) >= 0) {
                kinds[c] = LEGAL;
            }
        }
        return kinds;
    }
}
