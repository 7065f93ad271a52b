package dev.baton.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import org.jspecify.annotations.Nullable;

/** Heads of requests on their way between HTTP/2 and HTTP/1 (RFC 9113 section 8.3.1). Pure. */
final class Http2Request {
    private Http2Request() {}

    /** The head of a request that came by HTTP/1. */
    static Http2Headers write(HttpRequest request) {
        return Http2Fields.write(request.headers())
                .method(request.method().asciiName())
                .scheme("http")
                .authority(request.headers().get(HttpHeaderNames.HOST))
                .path(request.uri());
    }

    /**
     * The same request in HTTP/1. It may be one that {@link #ownAnswer} has something to say to.
     *
     * @param lenient whether any method may ask for the asterisk, and a path may have blanks or an authority before it
     * @throws IllegalArgumentException if the message is malformed
     */
    static HttpRequest read(Http2HeadersFrame frame, boolean lenient) {
        Http2Headers from = frame.headers();
        CharSequence method = from.method();
        CharSequence path = lenient ? asGo(from.path()) : from.path();
        if (method == null || !Http2Fields.soundMethod(method)) {
            throw new IllegalArgumentException("no method");
        }
        HttpHeaders fields = Http2Fields.read(from);
        HttpMethod verb = HttpMethod.valueOf(method.toString());
        boolean asterisk = path != null && "*".contentEquals(path) && (lenient || HttpMethod.OPTIONS.equals(verb));
        if (!HttpMethod.CONNECT.equals(verb) && !asterisk && (path == null || !Http2Fields.soundPath(path))) {
            throw new IllegalArgumentException("no sound path");
        }
        String host = host(from, fields);
        if (host == null) {
            fields.remove(HttpHeaderNames.HOST);
        } else {
            fields.set(HttpHeaderNames.HOST, host);
        }
        if (!frame.isEndStream() && !fields.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, verb, String.valueOf(path), fields);
    }

    /** A path as Go's net/url reads it: what is no path is encoded, and an authority in it means nothing. */
    private static @Nullable CharSequence asGo(@Nullable CharSequence path) {
        if (path == null) {
            return null;
        }
        String text = path.toString().replace(" ", "%20");
        if (!text.startsWith("http://")) {
            return text;
        }
        int slash = text.indexOf('/', "http://".length());
        return slash < 0 ? "/" : text.substring(slash);
    }

    /** {@code :authority} is the Host; another one beside it may be meant for another server. */
    private static @Nullable String host(Http2Headers from, HttpHeaders fields) {
        CharSequence authority = from.authority();
        String host = fields.get(HttpHeaderNames.HOST);
        if (fields.getAll(HttpHeaderNames.HOST).size() > 1
                || (authority != null && host != null && !host.contentEquals(authority))) {
            throw new IllegalArgumentException("two hosts");
        }
        CharSequence said = authority != null ? authority : host;
        if (said == null || said.isEmpty()) {
            return null;
        }
        if (!Http2Fields.soundHost(said)) {
            throw new IllegalArgumentException("no sound host");
        }
        return said.toString();
    }

    /** What the server itself says to a sound request; null if it is to be passed on. */
    static @Nullable FullHttpResponse ownAnswer(HttpRequest request, int maxFields) {
        HttpHeaders fields = request.headers();
        if (HttpMethod.CONNECT.equals(request.method())) {
            // A tunnel through a stream is nothing that the program behind could be asked for in HTTP/1 messages.
            return Answers.text(HttpResponseStatus.NOT_IMPLEMENTED, "501 Not Implemented");
        }
        // What is written for :authority, and for a length that is not known, has not been sent.
        int own = 1 + (fields.contains(HttpHeaderNames.TRANSFER_ENCODING) ? 1 : 0);
        if (fields.size() - own > maxFields) {
            return Answers.text(RequestHead.TOO_LARGE.status(), RequestHead.TOO_LARGE.text());
        }
        if (!fields.contains(HttpHeaderNames.HOST)) {
            return Answers.text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request: missing required Host header");
        }
        String expected = fields.get(HttpHeaderNames.EXPECT);
        return expected == null || HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)
                ? null
                : Answers.empty(HttpResponseStatus.EXPECTATION_FAILED);
    }
}
