package dev.baton.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.BindException;
import java.net.InetSocketAddress;

/** Opens listening sockets on the shared event loops. */
public final class Listener {
    /** Connections that the kernel queues while the loops are busy; the kernel caps it at {@code net.core.somaxconn}. */
    private static final int BACKLOG = 4096;

    private static final ChannelHandler ACCEPTED = new Accepted();

    private Listener() {}

    /**
     * Binds and listens; never shares a port that another process holds. Blocks until the socket listens.
     *
     * @param child set up for each accepted connection; a {@code ChannelInitializer} or a sharable handler
     * @return the listening channel; closing it ends the listener and leaves accepted connections alone
     * @throws BindException if the address cannot be had (in use, not of this machine, forbidden)
     */
    public static Channel bind(EventLoops loops, InetSocketAddress address, ChannelHandler child) throws BindException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops.group())
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .handler(ACCEPTED)
                .childHandler(child)
                .bind(address)
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        Throwable cause = bound.cause();
        BindException failure = new BindException("cannot listen on " + address + ": " + cause.getMessage());
        failure.initCause(cause);
        throw failure;
    }

    /** Sees each connection before its own handlers do. */
    @ChannelHandler.Sharable
    private static final class Accepted extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            if (accepted instanceof Channel connection) {
                Loopback.unpaced(connection);
            }
            ctx.fireChannelRead(accepted);
        }
    }
}
