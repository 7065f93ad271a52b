package dev.baton.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Responses of status 1xx as one whole message each: what is written after them is another one. */
final class Interim {
    private Interim() {}

    static HttpResponse of(HttpResponseStatus status) {
        return whole(status, DefaultHttpHeadersFactory.headersFactory().newHeaders());
    }

    static HttpResponse of(HttpResponse response) {
        return whole(response.status(), response.headers());
    }

    private static HttpResponse whole(HttpResponseStatus status, HttpHeaders fields) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER, fields, EmptyHttpHeaders.INSTANCE);
    }
}
