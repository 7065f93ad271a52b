package dev.baton.transfer;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * What a function wants to be called.
 *
 * @param headOnly the caller itself has sent HEAD, and so expects the fields of a body that does not come
 * @param fields of the request, without framing, hop-by-hop fields and those of sidecars; Host among them
 * @param size of the body, 0 for none, -1 if unknown
 * @param offered whether this host may be sent a reference
 */
record InvokeCall(HttpMethod method, boolean headOnly, Target target, HttpHeaders fields, long size, boolean offered) {
    /** Whether the method gives a body a meaning, so that an empty one is said to be empty (RFC 9110, section 8.6). */
    private boolean hasBody() {
        return !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !method.equals(HttpMethod.DELETE)
                && !method.equals(HttpMethod.OPTIONS);
    }

    /**
     * The request with its body behind it, in place of which {@link ControlMessage} may travel.
     *
     * @param length of the body, -1 if unknown
     * @param acceptsReference whether the answer may be a reference
     */
    HttpRequest inline(long length, boolean acceptsReference) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target.path(), fields.copy());
        if (length > 0 || (length == 0 && hasBody())) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        } else if (length < 0) {
            request.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (acceptsReference) {
            request.headers().set(BatonHeaders.ACCEPT, BatonHeaders.REFERENCE_1);
        }
        return request;
    }
}
