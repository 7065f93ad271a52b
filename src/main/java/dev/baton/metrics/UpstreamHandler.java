package dev.baton.metrics;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeHandler;
import dev.baton.http.PassedContent;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * Sees what goes to the user's program and how it answers: {@code http.client.*}, from the request's head to the head of the
 * answer, and the CLIENT span. One per connection or stream; event loop only.
 */
final class UpstreamHandler extends ExchangeHandler {
    /** Errors by the names of Go's types: the program could not be reached, or all else. */
    private static final String UNREACHABLE = "*net.OpError";

    private static final String OTHER = "*errors.errorString";

    private final Exchange exchange;
    private boolean awaitsAnswer;
    private boolean awaitsEnd;
    private String method = "";
    private String version = "";
    private long sentAt;
    private long length;
    private long seen;

    UpstreamHandler(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            awaitsAnswer = true;
            awaitsEnd = true;
            method = Methods.known(request.method().name());
            version = ctx.channel() instanceof Http2StreamChannel ? "2.0" : "1.1";
            sentAt = System.nanoTime();
            length = WholeHandler.announced(request);
            seen = 0;
            Spans spans = exchange.spans;
            if (spans != null) {
                spans.sent(request);
            }
        }
        if (awaitsAnswer && message instanceof HttpContent content) {
            seen += PassedContent.bytes(content);
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (awaitsAnswer && message instanceof HttpResponse response) {
            int code = response.status().code();
            if (code >= 200 || code == 101) {
                String mark = response.headers().get(Answers.BATON_ERROR);
                if (mark == null) {
                    answered(code, "");
                } else {
                    answered(0, mark.endsWith("reached=no") ? UNREACHABLE : OTHER);
                }
            }
        }
        if (awaitsEnd && !awaitsAnswer && message instanceof LastHttpContent) {
            over();
        }
        ctx.write(message, promise);
    }

    @Override
    protected void letGo() {
        if (awaitsAnswer) {
            answered(0, OTHER);
        }
        if (awaitsEnd) {
            over();
        }
    }

    private void answered(int status, String error) {
        awaitsAnswer = false;
        // Bodies may pass from socket to socket, unseen: so the announced length where there is one.
        exchange.client(System.nanoTime() - sentAt, Math.max(length, seen), method, version, status, error);
        Spans spans = exchange.spans;
        if (spans != null) {
            spans.answered(status, error);
        }
    }

    private void over() {
        awaitsEnd = false;
        Spans spans = exchange.spans;
        if (spans != null) {
            spans.received();
        }
    }
}
