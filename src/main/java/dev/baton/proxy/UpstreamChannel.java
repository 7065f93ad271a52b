package dev.baton.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Last handler of a channel to the user's program, be it a connection or a stream: what is the same for both. Event loop only. */
abstract class UpstreamChannel extends ChannelInboundHandlerAdapter implements UpstreamExchange {
    /** Whose exchange is open; null while there is none, or nobody wants its answer any more. */
    @Nullable
    Forwarder front;

    /** Whose output has been written to since the last flush. */
    @Nullable
    Forwarder unflushed;

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

    /** The channel is in the middle of the exchange and can only be closed. */
    @Override
    public void abandon() {
        front = null;
        unflushed = null;
        ctx().close();
    }

    /** Ends the exchange, whose answer has not come or makes no sense. */
    final void fail(Forwarder to, String why) {
        front = null;
        unflushed = null;
        ctx().close();
        to.broken(why, false);
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Forwarder to = front;
        if (to != null && ctx.channel().isWritable()) {
            to.requestWanted();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Forwarder to = front;
        if (to != null) {
            fail(to, String.valueOf(cause.getMessage()));
        } else {
            ctx.close();
        }
    }
}
