package dev.baton.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The last handler of a port that serves one path and is nobody's way to anywhere: answers as Go's {@code http.Server} with a
 * {@code http.ServeMux} does, whatever the request. What nobody asked for in a body is read and forgotten before the answer,
 * as far as 256 KiB; then the connection ends with it. Behind {@link OneAtATime}; one per connection, event loop only.
 */
public abstract class PathService extends ChannelDuplexHandler {
    /** Go's {@code maxPostHandlerReadBytes}. */
    private static final int BODY_LIMIT_BYTES = 256 * 1024;

    private final String path;

    /** Its body has not ended. */
    private @Nullable HttpRequest request;

    /** The request under way wants no body. */
    private boolean headOnly;

    private int read;

    /** @param path the one that is served, of one segment */
    protected PathService(String path) {
        this.path = path;
    }

    /** Adds the handlers of such a port at the pipeline's end, this one last. */
    public final void install(ChannelPipeline pipeline, GuardLimits limits) {
        FramingGuard guard = FramingGuard.ofService(limits);
        pipeline.addLast(guard, new ServerCodec(guard), new OneAtATime(guard), this);
    }

    /** Adds them ahead of all others, in the same order. */
    public final void installFirst(ChannelPipeline pipeline, GuardLimits limits) {
        FramingGuard guard = FramingGuard.ofService(limits);
        pipeline.addFirst(guard, new ServerCodec(guard), new OneAtATime(guard), this);
    }

    /**
     * Answers a request for the path, by {@link #reply}, now or later.
     *
     * @param last to be handed on to {@link #reply}
     */
    protected abstract void serve(ChannelHandlerContext ctx, HttpRequest request, boolean last);

    /**
     * Writes the answer to the request under way.
     *
     * @param last whether the connection ends with it
     */
    protected final void reply(ChannelHandlerContext ctx, FullHttpResponse answer, boolean last) {
        if (headOnly) {
            // Its length stays.
            answer.content().clear();
        }
        if (last) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ctx.writeAndFlush(answer);
    }

    /** The contract's 404, or where the path would be if it were clean. */
    private void replyElsewhere(ChannelHandlerContext ctx, HttpRequest request, boolean last) {
        FullHttpResponse redirection = MuxTarget.of(request.uri()).redirection(request);
        reply(
                ctx,
                redirection != null ? redirection : Answers.error(HttpResponseStatus.NOT_FOUND, "404 page not found"),
                last);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest begun) {
            request = begun;
            headOnly = HttpMethod.HEAD.equals(begun.method());
            read = 0;
            if (awaitsLeave(begun) || HttpUtil.getContentLength(begun, 0L) >= BODY_LIMIT_BYTES) {
                answer(ctx, true);
            }
        }
        if (message instanceof HttpContent content) {
            read += content.content().readableBytes();
            if (read > BODY_LIMIT_BYTES) {
                answer(ctx, true);
            } else if (content instanceof LastHttpContent) {
                answer(ctx, false);
            }
        }
        ReferenceCountUtil.release(message);
    }

    /** A body that nobody will ask for: whether it comes all the same is not to be known. */
    private static boolean awaitsLeave(HttpRequest request) {
        return HttpUtil.is100ContinueExpected(request)
                && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
    }

    private void answer(ChannelHandlerContext ctx, boolean last) {
        HttpRequest asked = request;
        if (asked == null) {
            return;
        }
        request = null;
        if (MuxTarget.of(asked.uri()).is(path)) {
            serve(ctx, asked, last);
        } else {
            replyElsewhere(ctx, asked, last);
        }
    }

    /** A body that breaks off harms nobody here. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            answer(ctx, true);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** A connection that was reset, or a client that TLS does not trust: nothing to tell anyone. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
