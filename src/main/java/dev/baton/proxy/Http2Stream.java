package dev.baton.proxy;

import dev.baton.http.Http2Fields;
import dev.baton.http.Http2Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request's stream to the user's program. The head waits for what follows it in the same turn, so that a request without a
 * body is one frame; so do trailers and the end of a response come as they were sent. Event loop only.
 */
final class Http2Stream extends UpstreamChannel {
    private final Http2Connection connection;
    private @Nullable Http2Headers head;
    private boolean requestSent;
    private boolean answered;
    /** The response is of a kind that has no body: what comes as one is dropped, as on a connection of HTTP/1. */
    private boolean bodyless;

    Http2Stream(Http2Connection connection, Forwarder front) {
        this.connection = connection;
        this.front = front;
    }

    @Override
    public void send(Object message) {
        if (message instanceof HttpRequest request) {
            head = Http2Fields.write(request.headers())
                    .method(request.method().asciiName())
                    .scheme("http")
                    .authority(request.headers().get(HttpHeaderNames.HOST))
                    .path(request.uri());
        } else if (message instanceof LastHttpContent last) {
            requestSent = true;
            Http2Frames.last(ctx(), takeHead(), last, ctx().newPromise());
        } else if (message instanceof HttpContent content) {
            Http2Frames.content(ctx(), takeHead(), content, ctx().newPromise());
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private @Nullable Http2Headers takeHead() {
        Http2Headers waiting = head;
        head = null;
        return waiting;
    }

    @Override
    public void flush() {
        Http2Frames.head(ctx(), takeHead());
        ctx().flush();
    }

    @Override
    public void abandon() {
        head = null;
        super.abandon();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Forwarder to = front;
        if (to == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            if (message instanceof Http2DataFrame data) {
                data(to, data);
            } else if (message instanceof Http2HeadersFrame headers) {
                headers(to, headers);
            } else {
                ReferenceCountUtil.release(message);
            }
        } catch (IllegalArgumentException malformed) {
            fail(to, UpstreamFailure.MALFORMED_HTTP2);
        }
    }

    private void headers(Forwarder to, Http2HeadersFrame frame) {
        HttpHeaders fields = Http2Fields.read(frame.headers());
        unflushed = to;
        if (answered) {
            LastHttpContent last = new DefaultLastHttpContent();
            last.trailingHeaders().set(fields);
            end(to, last);
            return;
        }
        HttpResponseStatus status = status(frame.headers());
        if (status.code() < 200) {
            if (frame.isEndStream() || status.code() == 101) {
                throw new IllegalArgumentException("no answer");
            }
            to.informational(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER, fields, EmptyHttpHeaders.INSTANCE));
            return;
        }
        answered = true;
        bodyless = !bodyPossible(to, status);
        if (frame.isEndStream() && !bodyless && !fields.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            // Said as Go's server says it: the end of the stream may come to the client behind the head only.
            fields.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
        to.response(new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, fields));
        if (frame.isEndStream() && front == to) {
            end(to, LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private static boolean bodyPossible(Forwarder to, HttpResponseStatus status) {
        return status.code() != 204
                && status.code() != 304
                && !HttpMethod.HEAD.equals(to.request().method());
    }

    private static HttpResponseStatus status(Http2Headers headers) {
        CharSequence text = headers.status();
        if (text == null || text.length() != 3) {
            throw new IllegalArgumentException("no status");
        }
        int code = Integer.parseInt(text.toString());
        if (code < 100) {
            throw new IllegalArgumentException("no status");
        }
        return HttpResponseStatus.valueOf(code);
    }

    private void data(Forwarder to, Http2DataFrame frame) {
        ByteBuf octets = frame.content();
        if (!answered) {
            frame.release();
            throw new IllegalArgumentException("a body without a head");
        }
        unflushed = to;
        if (bodyless) {
            frame.release();
            if (frame.isEndStream()) {
                end(to, LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } else if (frame.isEndStream()) {
            end(to, new DefaultLastHttpContent(octets));
        } else {
            to.content(new DefaultHttpContent(octets));
        }
    }

    /** The response is complete. If the request is not, nobody wants the rest of it. */
    private void end(Forwarder to, LastHttpContent last) {
        front = null;
        to.last(last);
        if (!requestSent) {
            head = null;
            ctx().channel().eventLoop().execute(() -> ctx().close());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushResponse();
    }

    private void flushResponse() {
        Forwarder to = unflushed;
        if (to != null) {
            unflushed = null;
            to.flushResponse();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        Forwarder to = front;
        if (event instanceof Http2ResetFrame reset) {
            if (to != null && reset.errorCode() == Http2Error.REFUSED_STREAM.code()) {
                refuse(ctx, to, received(reset));
            } else if (to != null) {
                fail(to, received(reset));
            }
        } else if (event instanceof Http2GoAwayFrame farewell) {
            farewell.release();
            connection.retire();
            if (to != null) {
                refuse(ctx, to, "http2: server sent GOAWAY and closed the connection");
            }
        }
    }

    /** In the words of Go's transport. */
    private static String received(Http2ResetFrame reset) {
        Http2Error error = Http2Error.valueOf(reset.errorCode());
        String name = error != null ? error.name() : "unknown error code 0x" + Long.toHexString(reset.errorCode());
        int id = reset.stream() == null ? 0 : reset.stream().id();
        return "stream error: stream ID " + id + "; " + name + "; received from peer";
    }

    private void refuse(ChannelHandlerContext ctx, Forwarder to, String why) {
        front = null;
        unflushed = null;
        ctx.close();
        to.refused(why);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.ended();
        // A stream that ends in mid-read is not told that the read is complete.
        flushResponse();
        Forwarder to = front;
        if (to != null) {
            front = null;
            to.broken(connection.failure(), false);
        }
    }
}
