package dev.baton.metrics;

import dev.baton.http.ExchangeAborted;
import dev.baton.http.PassedContent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;

/**
 * Sees every request but probes from its arrival to the end of its answer, whoever gives it: {@code http.server.*} and the
 * SERVER span. One per connection or stream; event loop only.
 */
final class WholeHandler extends ChannelDuplexHandler {
    private static final int SWITCHING_PROTOCOLS = 101;
    /** Go's, for an exchange in which nothing was written. */
    private static final int NOTHING_WRITTEN = 200;

    private static final int BAD_REQUEST = 400;
    private static final int NOT_MODIFIED = 304;

    private final Exchange exchange;
    private boolean tls;
    private boolean http2;
    private boolean head;
    // Large bodies of known length pass from socket to socket, unseen.
    private long requestLength;
    private long responseLength;

    WholeHandler(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        http2 = channel instanceof Http2StreamChannel;
        Channel connection = http2 ? channel.parent() : channel;
        tls = connection.pipeline().get(SslHandler.class) != null;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            begin(ctx, request);
        }
        if (exchange.open && message instanceof HttpContent content) {
            exchange.requestBytes += PassedContent.bytes(content);
            if (message instanceof LastHttpContent) {
                exchange.requestBytes = Math.max(exchange.requestBytes, requestLength);
            }
        }
        ctx.fireChannelRead(message);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        if (RouteTag.probe(request.headers())) {
            exchange.open = false;
            exchange.spans = null;
            return;
        }
        exchange.open = true;
        exchange.clientsFault = false;
        exchange.begunAt = System.nanoTime();
        exchange.requestBytes = 0;
        exchange.responseBytes = 0;
        exchange.status = 0;
        head = HttpMethod.HEAD.equals(request.method());
        requestLength = announced(request);
        responseLength = 0;
        exchange.tls = tls;
        exchange.method = Methods.known(request.method().name());
        exchange.host = request.headers().get(HttpHeaderNames.HOST, "");
        exchange.version = version(request);
        exchange.tag = RouteTag.of(request.headers());
        Spans spans = exchange.beginSpans();
        if (spans != null) {
            Channel connection = http2 ? ctx.channel().parent() : ctx.channel();
            spans.arrived(new Spans.Arrival(
                    request,
                    exchange.method,
                    tls,
                    exchange.host,
                    exchange.version,
                    exchange.tag,
                    connection.remoteAddress() instanceof InetSocketAddress peer ? peer : null));
        }
    }

    /** The length that the head announces, 0 if it announces none; a program may have written nonsense there. */
    static long announced(HttpMessage message) {
        try {
            return HttpUtil.getContentLength(message, 0L);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** As Go's instrumentation has it, which names HTTP/2 as {@code 2.0}. */
    private String version(HttpRequest request) {
        if (http2) {
            return "2.0";
        }
        return HttpVersion.HTTP_1_0.equals(request.protocolVersion()) ? "1.0" : "1.1";
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean last = false;
        if (exchange.open) {
            if (message instanceof HttpResponse response) {
                int code = response.status().code();
                if (code >= 200 || code == SWITCHING_PROTOCOLS) {
                    exchange.status = code;
                    responseLength = head || code == NOT_MODIFIED ? 0 : announced(response);
                }
            }
            if (exchange.status != 0 && message instanceof HttpContent content) {
                exchange.responseBytes += PassedContent.bytes(content);
                last = message instanceof LastHttpContent && exchange.status != SWITCHING_PROTOCOLS;
            }
        }
        ctx.write(message, promise);
        if (last && exchange.open) {
            exchange.responseBytes = Math.max(exchange.responseBytes, responseLength);
            exchange.end(exchange.status);
        }
    }

    /** Comes from above only: the request broke off or was malformed, and is answered there. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean aborted = event == ExchangeAborted.INSTANCE && exchange.open;
        if (aborted) {
            exchange.clientsFault = true;
        }
        ctx.fireUserEventTriggered(event);
        if (aborted && exchange.open) {
            exchange.end(exchange.status == 0 ? BAD_REQUEST : exchange.status);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        leave();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    private void leave() {
        if (exchange.open) {
            exchange.end(exchange.status == 0 ? NOTHING_WRITTEN : exchange.status);
        }
    }
}
