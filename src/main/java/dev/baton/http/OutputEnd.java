package dev.baton.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * How a connection's output ends, with TLS on it or not: TLS has an end of its own (close_notify, RFC 8446 section 6.1), which says
 * that what came before is complete. Event loop only.
 */
public final class OutputEnd {
    /** Name of the handler that decrypts, in the pipeline of every connection under TLS and in no other. */
    public static final String TLS = "tls";

    private OutputEnd() {}

    /** Ends the output behind what has been written; input goes on. */
    public static void finish(Channel channel) {
        ChannelHandler tls = channel.pipeline().get(TLS);
        if (tls != null) {
            Tls.finish(channel, tls);
        } else {
            shutDown(channel);
        }
    }

    private static void shutDown(Channel channel) {
        if (channel instanceof DuplexChannel socket) {
            socket.shutdownOutput();
        } else {
            channel.close();
        }
    }

    /**
     * Closes the connection so that nobody takes what has been sent for the whole: by a reset, and without the end that TLS has.
     *
     * @param ctx of the handler that gives up
     */
    static void abort(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelHandlerContext tls = ctx.pipeline().context(TLS);
        // From its own context on, so that it is passed over itself.
        (tls != null ? tls : ctx).close(promise);
    }

    /** Apart, so that a pod without certificates loads nothing of TLS. */
    private static final class Tls {
        static void finish(Channel channel, ChannelHandler tls) {
            ((SslHandler) tls).closeOutbound().addListener(said -> shutDown(channel));
        }
    }
}
