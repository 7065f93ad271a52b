package dev.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Which requests may turn their connection into something else (RFC 9110 section 7.8). Pure. */
final class UpgradeRequest {
    static final String H2C = "h2c";

    private UpgradeRequest() {}

    /**
     * The protocols that a request asks for. Null if it does not ask, or may not: in HTTP/1.0 the field has no meaning, and a
     * body that is still under way could be taken for the new protocol's first octets.
     */
    static @Nullable String wish(HttpRequest request) {
        HttpHeaders headers = request.headers();
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        boolean may = request.protocolVersion().minorVersion() > 0
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && (length == null || allZero(length))
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
        String protocols = headers.get(HttpHeaderNames.UPGRADE);
        return may && protocols != null && !protocols.isEmpty() ? protocols : null;
    }

    private static boolean allZero(String length) {
        for (int i = 0; i < length.length(); i++) {
            if (length.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /** Whether one of the protocols is HTTP/2, which each hop speaks for itself. */
    static boolean wantsHttp2(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.UPGRADE, H2C, true);
    }
}
