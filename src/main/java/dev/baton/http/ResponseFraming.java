package dev.baton.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * How a response of a connection says where it ends, and whether another one may follow: by what its request can understand
 * (RFC 9112 sections 6.3, 7.1 and 9.3). One per connection, begun anew with each request; event loop only.
 */
final class ResponseFraming {
    private boolean http10;
    private boolean head;
    private boolean awaitsContinue;
    private boolean keepAlive;
    private boolean endsWithConnection;
    private boolean counted;

    /** @param mayKeepAlive whether the connection may carry another exchange, as far as its owner is concerned */
    void begin(HttpRequest request, boolean mayKeepAlive) {
        http10 = request.protocolVersion().minorVersion() == 0;
        head = HttpMethod.HEAD.equals(request.method());
        awaitsContinue = false;
        keepAlive = mayKeepAlive && HttpUtil.isKeepAlive(request);
        endsWithConnection = false;
        counted = false;
    }

    /** Whether what the request expects can be met: nothing, or leave to send its body (RFC 9110 section 10.1.1). */
    boolean meets(HttpRequest request) {
        String expect = request.headers().get(HttpHeaderNames.EXPECT);
        if (expect == null || expect.isEmpty() || http10) {
            return true;
        }
        boolean met = HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect);
        awaitsContinue =
                met && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
        if (!met) {
            // The client may send its body or not: nobody can know.
            keepAlive = false;
        }
        return met;
    }

    /** The client has its leave, or sends without. */
    void continued() {
        awaitsContinue = false;
    }

    /** No exchange follows this one. */
    void makeLast() {
        keepAlive = false;
    }

    /** Completes the head of the final response, which is about to be written. */
    void complete(HttpResponse response) {
        HttpHeaders headers = response.headers();
        int code = response.status().code();
        boolean chunked = HttpUtil.isTransferEncodingChunked(response);
        boolean hasLength =
                head || code == 204 || code == 304 || chunked || headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (http10 && chunked) {
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            hasLength = head;
        } else if (!hasLength && !http10) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            hasLength = true;
        }
        endsWithConnection = !hasLength;
        counted = !head && !chunked && hasLength && headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        // A client that waits for leave to send its body will not send it now, or will: nobody can know.
        keepAlive = keepAlive
                && hasLength
                && !awaitsContinue
                && !headers.contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        response.setProtocolVersion(http10 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
        if (keepAlive == http10) {
            // Said only where it is not the version's own rule.
            headers.set(HttpHeaderNames.CONNECTION, http10 ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        } else {
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        if (!headers.contains(HttpHeaderNames.DATE)) {
            headers.set(HttpHeaderNames.DATE, HttpDate.now());
        }
    }

    /** Whether the client knows interim responses, which HTTP/1.0 has none of. */
    boolean knowsInterim() {
        return !http10;
    }

    /** Whether another exchange may follow on the connection. */
    boolean keepsAlive() {
        return keepAlive;
    }

    /** Whether only the connection's end tells the client that it has the whole of the response. */
    boolean endsWithConnection() {
        return endsWithConnection;
    }

    /** Whether the body is as many octets as the head has said, and nothing in between. */
    boolean counted() {
        return counted;
    }
}
