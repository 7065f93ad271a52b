package dev.baton.wasm;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeHandler;
import dev.baton.http.Problem;
import dev.baton.http.Reached;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The end of the main port's pipeline when the sidecar hosts functions itself: each request becomes a call of the function that its path names.
 * One per channel, not sharable. Event loop only.
 */
public final class FunctionHandler extends ExchangeHandler {
    /** Problem codes of this handler, beside the sidecar's own. */
    static final String NOT_FOUND = "not-found";

    static final String TOO_LARGE = "too-large";

    private final FunctionHost host;
    private @Nullable FunctionExchange exchange;

    public FunctionHandler(FunctionHost host) {
        this.host = host;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpRequest) && !(message instanceof HttpContent)) {
            ctx.fireChannelRead(message);
            return;
        }
        boolean consumed = false;
        try {
            if (message instanceof HttpRequest request) {
                begin(ctx, request);
            }
            // Kept aside: an answer written below may let the next request in here before these lines end.
            FunctionExchange current = exchange;
            if (message instanceof HttpContent content && current != null) {
                consumed = true;
                current.content(content.content());
                if (message instanceof LastHttpContent) {
                    current.bodyDone();
                }
            }
        } finally {
            if (!consumed) {
                ReferenceCountUtil.release(message);
            }
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        letGo();
        GuestFunction function = host.route(request.uri());
        if (function == null) {
            answer(ctx, new Problem(404, NOT_FOUND, "No such function", "No function has this path."));
            return;
        }
        // Framing has been checked by the time a request comes here: a length is a number, and there is one.
        long length = HttpUtil.isTransferEncodingChunked(request) ? -1 : HttpUtil.getContentLength(request, 0L);
        long most = host.limits().memoryPages() * (long) LinearMemory.PAGE_SIZE;
        if (length > most) {
            answer(
                    ctx,
                    new Problem(
                            413,
                            TOO_LARGE,
                            "Too large",
                            "A function's memory has " + most + " bytes at most, the body has " + length + "."));
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        exchange = new FunctionExchange(ctx, host, function, length);
    }

    private static void answer(ChannelHandlerContext ctx, Problem problem) {
        ctx.writeAndFlush(Answers.problem(problem, Reached.NO));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.writabilityChanged();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            host.observer().failed("error on a connection of the main port", cause);
        }
        ctx.close();
    }

    /** Ends the open call, if it has not ended by itself. */
    @Override
    protected void letGo() {
        FunctionExchange open = exchange;
        exchange = null;
        if (open != null) {
            open.abort();
        }
    }
}
