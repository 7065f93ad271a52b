package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** What a request's fields say of its body (RFC 9112, section 6.3). */
final class RequestBody {
    static final long UNKNOWN = -1;

    private RequestBody() {}

    /** Bytes of the body; 0 if there is none, {@link #UNKNOWN} if it comes in chunks. */
    static long size(HttpHeaders fields) {
        if (fields.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return UNKNOWN;
        }
        String length = fields.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length == null) {
            return 0;
        }
        try {
            return Long.parseLong(length.trim());
        } catch (NumberFormatException e) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "Content-Length is no number");
        }
    }
}
