package dev.baton.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Last handler of a channel to the user's program, be it a connection or a stream: what is the same for both. Event loop only. */
abstract class UpstreamChannel extends ChannelInboundHandlerAdapter implements UpstreamExchange {
    private @Nullable ChannelHandlerContext context;

    final ChannelHandlerContext ctx() {
        ChannelHandlerContext there = context;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void flush() {
        ctx().flush();
    }

    @Override
    public final boolean writable() {
        return ctx().channel().isWritable();
    }

    @Override
    public final Channel channel() {
        return ctx().channel();
    }

    @Override
    public final void pause() {
        ctx().channel().config().setAutoRead(false);
    }

    @Override
    public void resume() {
        ctx().channel().config().setAutoRead(true);
    }
}
