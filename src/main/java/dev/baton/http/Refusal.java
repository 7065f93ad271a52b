package dev.baton.http;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Sent inbound by the framing guard in place of a message that must not be interpreted. The connection can carry no further
 * request: whoever owns the order of exchanges answers with this when it is its turn, and closes.
 *
 * @param status 4xx or 5xx
 * @param text body of the answer, {@code text/plain}; empty for none
 * @param inBody true if the head has been passed on already: its exchange is open and must be aborted, never completed
 */
public record Refusal(HttpResponseStatus status, String text, boolean inBody) {
    /** The same, for a request whose head has been passed on. */
    Refusal inItsBody() {
        return new Refusal(status, text, true);
    }

    /** As Go's server says it: the text in the status line too, and no length, since the connection ends with it. */
    FullHttpResponse answer() {
        if (status.equals(HttpResponseStatus.BAD_GATEWAY)) {
            FullHttpResponse error = Answers.error(status, text);
            error.headers()
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                    .set(HttpHeaderNames.DATE, HttpDate.now());
            return error;
        }
        if (text.isEmpty()) {
            FullHttpResponse bare = Answers.empty(status);
            bare.headers()
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                    .set(HttpHeaderNames.DATE, HttpDate.now());
            return bare;
        }
        String code = status.codeAsText() + " ";
        HttpResponseStatus line = text.startsWith(code)
                ? HttpResponseStatus.valueOf(status.code(), text.substring(code.length()))
                : status;
        FullHttpResponse response = Answers.text(line, text);
        response.headers()
                .remove(HttpHeaderNames.CONTENT_LENGTH)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }
}
