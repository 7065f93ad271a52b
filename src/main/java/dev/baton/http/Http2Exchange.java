package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * First handler of an HTTP/2 stream: gives the handlers below the messages of one HTTP/1 exchange, and makes frames of their
 * answer. What {@link FramingGuard} and {@link OneAtATime} are to a connection, this is to a stream: it refuses what is
 * malformed, an exchange that breaks off becomes RST_STREAM and never looks complete, and the connection stays.
 *
 * <p>A response's head waits for what follows it in the same turn: if that is its end, one HEADERS frame says both, which a
 * gRPC client needs to see in order to find the status. One per stream; event loop only.
 */
final class Http2Exchange extends ChannelDuplexHandler {
    private final int maxFields;

    private boolean begun;
    private boolean requestDone;
    private boolean responseStarted;
    private boolean responseDone;
    private boolean broken;
    private @Nullable Http2Headers head;

    Http2Exchange(int maxFields) {
        this.maxFields = maxFields;
    }

    /** The head of a request that came by HTTP/1. */
    static Http2Headers head(HttpRequest request) {
        return Http2Fields.write(request.headers())
                .method(request.method().asciiName())
                .scheme("http")
                .authority(request.headers().get(HttpHeaderNames.HOST))
                .path(request.uri());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (broken) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof Http2DataFrame data) {
            data(ctx, data);
        } else if (message instanceof Http2HeadersFrame headers) {
            try {
                if (begun) {
                    trailers(ctx, headers);
                } else {
                    begin(ctx, headers);
                }
            } catch (IllegalArgumentException malformed) {
                malformed(ctx);
            }
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        begun = true;
        Http2Headers from = frame.headers();
        CharSequence method = from.method();
        CharSequence path = from.path();
        if (method == null || !Http2Fields.soundMethod(method)) {
            throw new IllegalArgumentException("no method");
        }
        HttpHeaders fields = Http2Fields.read(from);
        HttpMethod verb = HttpMethod.valueOf(method.toString());
        boolean asterisk = path != null && "*".contentEquals(path) && HttpMethod.OPTIONS.equals(verb);
        boolean connect = HttpMethod.CONNECT.equals(verb);
        if (!connect && !asterisk && (path == null || !Http2Fields.soundPath(path))) {
            throw new IllegalArgumentException("no sound path");
        }
        String host = host(from, fields);
        requestDone = frame.isEndStream();
        if (connect) {
            // A tunnel through a stream is nothing that the program behind could be asked for in HTTP/1 messages.
            answer(ctx, HttpResponseStatus.NOT_IMPLEMENTED, "501 Not Implemented");
        } else if (fields.size() > maxFields) {
            answer(ctx, RequestHead.TOO_LARGE.status(), RequestHead.TOO_LARGE.text());
        } else if (host == null) {
            answer(ctx, HttpResponseStatus.BAD_REQUEST, "400 Bad Request: missing required Host header");
        } else if (asterisk) {
            write(ctx, Answers.empty(HttpResponseStatus.OK), ctx.newPromise());
            flush(ctx);
        } else if (fields.contains(HttpHeaderNames.EXPECT)
                && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(fields.get(HttpHeaderNames.EXPECT))) {
            write(ctx, Answers.empty(HttpResponseStatus.EXPECTATION_FAILED), ctx.newPromise());
            flush(ctx);
        } else {
            fields.set(HttpHeaderNames.HOST, host);
            if (!requestDone && !fields.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
            pass(ctx, new DefaultHttpRequest(HttpVersion.HTTP_1_1, verb, String.valueOf(path), fields));
        }
    }

    private void pass(ChannelHandlerContext ctx, HttpRequest request) {
        boolean whole = requestDone;
        ctx.fireChannelRead(request);
        if (whole) {
            ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    /** RFC 9113 8.3.1: {@code :authority} is the Host; another one beside it may be meant for another server. */
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

    private void answer(ChannelHandlerContext ctx, HttpResponseStatus status, String text) {
        write(ctx, Answers.text(status, text), ctx.newPromise());
        flush(ctx);
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) {
        boolean last = frame.isEndStream();
        requestDone |= last;
        ByteBuf octets = frame.content();
        if (responseDone || (!last && !octets.isReadable())) {
            frame.release();
        } else {
            ctx.fireChannelRead(last ? new DefaultLastHttpContent(octets) : new DefaultHttpContent(octets));
        }
    }

    private void trailers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        HttpHeaders fields = Http2Fields.read(frame.headers());
        if (!frame.isEndStream()
                || fields.contains(HttpHeaderNames.CONTENT_LENGTH)
                || fields.contains(HttpHeaderNames.HOST)) {
            throw new IllegalArgumentException("no trailers");
        }
        requestDone = true;
        if (!responseDone) {
            LastHttpContent last = new DefaultLastHttpContent();
            last.trailingHeaders().set(fields);
            ctx.fireChannelRead(last);
        }
    }

    private void malformed(ChannelHandlerContext ctx) {
        if (!responseDone) {
            ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
        }
        reset(ctx, Http2Error.PROTOCOL_ERROR);
    }

    private void reset(ChannelHandlerContext ctx, Http2Error error) {
        if (!broken) {
            broken = true;
            head = null;
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(error));
            ctx.close();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (broken || responseDone || !begun) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response) {
            int code = response.status().code();
            if (code < 200) {
                informational(ctx, response, promise);
                return;
            }
            responseStarted = true;
            if (!response.headers().contains(HttpHeaderNames.DATE)) {
                response.headers().set(HttpHeaderNames.DATE, HttpDate.now());
            }
            head = status(response);
            if (!(message instanceof HttpContent)) {
                promise.trySuccess();
                return;
            }
        }
        if (message instanceof LastHttpContent last) {
            last(ctx, last, promise);
        } else if (message instanceof HttpContent content) {
            writeHead(ctx, false);
            ctx.write(new DefaultHttp2DataFrame(content.content()), promise.unvoid());
        } else {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new IllegalArgumentException("no message of an exchange"));
        }
    }

    private static Http2Headers status(HttpResponse response) {
        return Http2Fields.write(response.headers()).status(response.status().codeAsText());
    }

    private void informational(ChannelHandlerContext ctx, HttpResponse response, ChannelPromise promise) {
        ReferenceCountUtil.release(response);
        if (response.status().code() == 101) {
            promise.tryFailure(new IllegalStateException("a stream cannot be upgraded"));
            reset(ctx, Http2Error.INTERNAL_ERROR);
        } else if (responseStarted) {
            promise.trySuccess();
        } else {
            ctx.write(new DefaultHttp2HeadersFrame(status(response), false), promise.unvoid());
        }
    }

    private void last(ChannelHandlerContext ctx, LastHttpContent last, ChannelPromise given) {
        responseDone = true;
        ChannelPromise promise = given.unvoid();
        if (!requestDone) {
            // Nobody wants the rest of the request; said behind the response, because it ends both directions.
            promise.addListener((ChannelFutureListener) written -> {
                if (written.isSuccess() && !requestDone) {
                    reset(ctx, Http2Error.NO_ERROR);
                }
            });
        }
        boolean trailers = !last.trailingHeaders().isEmpty();
        boolean octets = last.content().isReadable();
        if (!trailers && !octets && head != null) {
            last.release();
            Http2Headers only = head;
            head = null;
            ctx.write(new DefaultHttp2HeadersFrame(only, true), promise);
            return;
        }
        writeHead(ctx, false);
        if (!trailers) {
            ctx.write(new DefaultHttp2DataFrame(last.content(), true), promise);
            return;
        }
        Http2Headers fields = Http2Fields.write(last.trailingHeaders());
        if (octets) {
            ctx.write(new DefaultHttp2DataFrame(last.content()));
        } else {
            last.release();
        }
        ctx.write(new DefaultHttp2HeadersFrame(fields, true), promise);
    }

    private void writeHead(ChannelHandlerContext ctx, boolean last) {
        Http2Headers waiting = head;
        if (waiting != null) {
            head = null;
            ctx.write(new DefaultHttp2HeadersFrame(waiting, last));
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        writeHead(ctx, false);
        ctx.flush();
    }

    /** The exchange breaks off: the client must not take what it has for the whole. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!broken && begun && !responseDone) {
            broken = true;
            head = null;
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        }
        ctx.close(promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            // Also when messages of the stream wait to be read: nobody needs them now.
            broken = true;
            head = null;
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** The codec has found a fault in the stream: the client is told which, instead of what became of the exchange. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception fault) {
            if (begun && !responseDone && !broken) {
                ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
            }
            reset(ctx, fault.error());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
