package dev.baton.metrics;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;

/** Sees requests that nobody above has answered, before their turn has come. One per connection or stream; event loop only. */
final class ProxiedHandler extends ChannelInboundHandlerAdapter {
    private final Exchange exchange;
    private final boolean queued;

    ProxiedHandler(Exchange exchange, boolean queued) {
        this.exchange = exchange;
        this.queued = queued;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            Spans spans = exchange.spans;
            if (spans != null) {
                spans.proxied(queued);
            }
        }
        ctx.fireChannelRead(message);
    }
}
