package dev.baton.transfer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;

/**
 * Behind the HTTP/1 codec of a Reactor Netty server: a body whose framing breaks ends with its connection. Without it Reactor Netty
 * answers 400 but ends the body as if it were whole, so that a truncated object would be stored. Event loop only.
 */
public final class UploadGuard extends ChannelInboundHandlerAdapter {
    private boolean corrupt;

    private UploadGuard() {}

    /** Puts the guard into a new connection's pipeline; to be called when the server has set it up. */
    public static void install(Channel channel) {
        ChannelHandlerContext codec = channel.pipeline().context(HttpServerCodec.class);
        if (codec != null) {
            channel.pipeline().addAfter(codec.name(), "baton.uploadGuard", new UploadGuard());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (corrupt) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpContent content
                && content.decoderResult().isFailure()) {
            corrupt = true;
            content.release();
            ctx.close();
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
