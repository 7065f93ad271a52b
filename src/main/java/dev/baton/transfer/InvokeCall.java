package dev.baton.transfer;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * What a function wants to be called.
 *
 * @param headOnly the caller itself has sent HEAD, and so expects the fields of a body that does not come
 * @param fields of the request, without framing, hop-by-hop fields and those of sidecars; Host among them
 * @param size of the body, 0 for none, -1 if unknown
 * @param offered whether this host may be sent a reference
 * @param wantsReference the function asks for a reference instead of a large response
 */
record InvokeCall(
        HttpMethod method,
        boolean headOnly,
        Target target,
        HttpHeaders fields,
        long size,
        boolean offered,
        boolean wantsReference) {
    /** Whether the method gives a body a meaning, so that an empty one is said to be empty (RFC 9110, section 8.6). */
    boolean hasBody() {
        return !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !method.equals(HttpMethod.DELETE)
                && !method.equals(HttpMethod.OPTIONS);
    }
}
