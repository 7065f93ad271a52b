package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Keeps a new connection's first octets until there are enough of them to tell what the client speaks. Event loop only. */
public abstract class FirstOctets extends ChannelInboundHandlerAdapter {
    private @Nullable ByteBuf held;

    /** Whether nothing is kept. */
    protected final boolean none() {
        return held == null;
    }

    /** Not enough yet. Takes ownership. */
    protected final void keep(ByteBuf octets) {
        held = octets;
    }

    /** Everything so far, with what has just been read; the caller's. */
    protected final ByteBuf join(ChannelHandlerContext ctx, ByteBuf read) {
        ByteBuf before = take();
        return before == null ? read : ctx.alloc().compositeBuffer(2).addComponents(true, before, read);
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public final void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    /** Everything so far, the caller's; null if there is nothing. */
    final @Nullable ByteBuf take() {
        ByteBuf all = held;
        held = null;
        return all;
    }

    private void drop() {
        ByteBuf rest = take();
        if (rest != null) {
            rest.release();
        }
    }
}
