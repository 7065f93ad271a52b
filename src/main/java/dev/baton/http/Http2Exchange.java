package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * First handler of an HTTP/2 stream: gives the handlers below the messages of one HTTP/1 exchange, and makes frames of their
 * answer. What {@link FramingGuard} and {@link OneAtATime} are to a connection, this is to a stream: it refuses what is
 * malformed, an exchange that breaks off becomes RST_STREAM and never looks complete, and the connection stays.
 *
 * <p>A request waits for what else its read brings, and is nobody's work if it is taken back there: the handlers below are added when
 * it is passed on. A response's head waits for what follows it in the same turn: if that is its end, one HEADERS frame says both,
 * which a gRPC client needs to see in order to find the status. One per stream; event loop only.
 */
final class Http2Exchange extends ChannelDuplexHandler {
    private final Http2Watch watch;
    private final Consumer<ChannelPipeline> equipment;

    private @Nullable ChannelHandlerContext context;
    private boolean begun;
    private @Nullable HttpRequest request;
    private boolean requestDone;
    private boolean responseStarted;
    private boolean responseDone;
    private boolean broken;
    private @Nullable Http2Headers head;

    /** The answer to HEAD ends with its head, whoever makes it. */
    private boolean headOnly;

    /** The client has said how long the body is, and has not sent it all. */
    private boolean announced;
    /** It waits for leave to send it. */
    private boolean awaitsLeave;

    private long bytes;
    private @Nullable BodyPace pace;
    private long answeredAt;

    /** @param equipment adds the handlers below, once */
    Http2Exchange(Http2Watch watch, Consumer<ChannelPipeline> equipment) {
        this.watch = watch;
        this.equipment = equipment;
    }

    // Called by Http2Watch.

    /** Whether it is the client alone that keeps the body away: a body beside a response that has begun may be a conversation. */
    boolean bodyDue() {
        ChannelHandlerContext ctx = context;
        return announced
                && !requestDone
                && !awaitsLeave
                && !responseStarted
                && !broken
                && ctx != null
                && ctx.channel().config().isAutoRead();
    }

    /**
     * Ends the exchange if its body comes too slowly, or if nobody has taken the answer.
     *
     * @param all bytes of all bodies of the connection
     * @param due bodies that keep the connection waiting; 0 if it is not for their sender that they wait
     */
    void look(long nanoTime, long all, int due) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || broken) {
            return;
        }
        if (responseDone) {
            if (answeredAt == 0) {
                answeredAt = nanoTime;
            } else if (nanoTime - answeredAt
                    >= TimeUnit.MILLISECONDS.toNanos(watch.limits().answerMillis())) {
                reset(ctx, Http2Error.CANCEL);
            }
        } else if (announced && watch.limits().bodyBytesPerSecond() > 0) {
            lookAtBody(ctx, nanoTime, all, due);
        }
    }

    private void lookAtBody(ChannelHandlerContext ctx, long nanoTime, long all, int due) {
        BodyPace measured = pace;
        if (measured == null) {
            measured = new BodyPace(watch.limits());
            pace = measured;
            measured.restart(nanoTime, bytes, all);
        } else if (due == 0 || !bodyDue()) {
            measured.restart(nanoTime, bytes, all);
        } else if (measured.tooSlow(nanoTime, bytes, all, due)) {
            ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
            write(ctx, Answers.text(HttpResponseStatus.REQUEST_TIMEOUT, "408 Request Timeout"), ctx.newPromise());
            flush(ctx);
        }
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
        HttpRequest read = Http2Request.read(frame, watch.limits().lenient());
        requestDone = frame.isEndStream();
        headOnly = HttpMethod.HEAD.equals(read.method());
        announced = !requestDone && read.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        awaitsLeave = announced && read.headers().contains(HttpHeaderNames.EXPECT);
        context = ctx;
        if (ctx.channel() instanceof Http2StreamChannel channel) {
            watch.add(channel.stream().id(), this);
        }
        HttpResponse own = Http2Request.ownAnswer(read, watch.limits().fields());
        if (own == null) {
            request = read;
        } else {
            write(ctx, own, ctx.newPromise());
            flush(ctx);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        passOn(ctx);
        ctx.fireChannelReadComplete();
    }

    private void passOn(ChannelHandlerContext ctx) {
        HttpRequest waiting = request;
        if (waiting == null || broken) {
            return;
        }
        request = null;
        equipment.accept(ctx.pipeline());
        boolean whole = requestDone;
        ctx.fireChannelRead(waiting);
        if (whole) {
            ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) {
        passOn(ctx);
        boolean last = frame.isEndStream();
        requestDone |= last;
        awaitsLeave = false;
        ByteBuf octets = frame.content();
        bytes += octets.readableBytes();
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
        passOn(ctx);
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
            if (headOnly) {
                ReferenceCountUtil.release(message);
                last = LastHttpContent.EMPTY_LAST_CONTENT;
            }
            last(ctx, last, promise);
        } else if (message instanceof HttpContent content && headOnly) {
            content.release();
            promise.trySuccess();
        } else if (message instanceof HttpContent content) {
            Http2Frames.content(ctx, takeHead(), content, promise.unvoid());
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
            awaitsLeave &= response.status().code() != 100;
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
        Http2Frames.last(ctx, takeHead(), last, promise);
    }

    private @Nullable Http2Headers takeHead() {
        Http2Headers waiting = head;
        head = null;
        return waiting;
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        Http2Frames.head(ctx, takeHead());
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
