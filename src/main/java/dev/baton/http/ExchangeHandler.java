package dev.baton.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/** A handler that holds something of the open exchange, and lets go of it when nothing will end the exchange any more. Event loop only. */
public abstract class ExchangeHandler extends ChannelDuplexHandler {
    /** The exchange has been answered elsewhere, or its connection has ended. Harmless while there is none. */
    protected abstract void letGo();

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            letGo();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        letGo();
        ctx.fireChannelInactive();
    }

    @Override
    public final void handlerRemoved(ChannelHandlerContext ctx) {
        letGo();
    }
}
