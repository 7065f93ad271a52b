package dev.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/** The forms of a request target (RFC 9112 section 3.2). Pure. */
public final class RequestTarget {
    private static final String HEX = "0123456789ABCDEF";

    private RequestTarget() {}

    /**
     * Turns an absolute-form target into origin-form; its authority replaces the Host field. Path and query keep their bytes;
     * only those beyond ASCII, which a target must not have, become percent-encoded.
     */
    public static void toOriginForm(HttpRequest request) {
        String uri = request.uri();
        if (uri.charAt(0) != '/' && uri.charAt(0) != '*' && !HttpMethod.CONNECT.equals(request.method())) {
            int authority = uri.indexOf("://") + 3;
            int end = authority;
            while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
                end++;
            }
            request.headers().set(HttpHeaderNames.HOST, uri.substring(authority, end));
            String rest = uri.substring(end);
            uri = rest.startsWith("/") ? rest : '/' + rest;
            request.setUri(uri);
        }
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) >= 0x80) {
                request.setUri(percentEncoded(uri));
                return;
            }
        }
    }

    private static String percentEncoded(String uri) {
        StringBuilder encoded = new StringBuilder(uri.length() + 16);
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c < 0x80) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            }
        }
        return encoded.toString();
    }
}
