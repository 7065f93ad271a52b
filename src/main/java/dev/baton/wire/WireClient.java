package dev.baton.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to other sidecars and to the ingress over kept connections: one pool per event loop and no hop between threads.
 * Follows no redirect, uses no proxy, sends nothing twice.
 */
public final class WireClient implements AutoCloseable {
    static final int READ_BYTES_MAX = 256 << 10;
    private static final int HEAD_BYTES_MAX = 64 << 10;

    private final Map<EventLoop, WirePool> pools = new ConcurrentHashMap<>();
    private final int connectTimeoutMillis;
    private final int windowBytes;

    /** @param windowBytes of one body, under way between its source and its sink, at most */
    public WireClient(Duration connectTimeout, int windowBytes) {
        this.connectTimeoutMillis = (int) Math.min(Math.max(1, connectTimeout.toMillis()), Integer.MAX_VALUE);
        this.windowBytes = windowBytes;
    }

    /** An idle connection to that peer, or null. On the loop only. */
    @Nullable
    public WireConnection idle(EventLoop loop, InetSocketAddress peer) {
        return pool(loop).take(peer);
    }

    /** Sends on a new connection. On the loop only, as is the answer. */
    public void connect(EventLoop loop, InetSocketAddress peer, WireExchange exchange) {
        WirePool pool = pool(loop);
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 16 << 10, READ_BYTES_MAX))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(codec(), new WireConnection(peer, pool, windowBytes, channel));
                    }
                })
                .connect(peer);
        connecting.addListener((ChannelFuture done) -> {
            if (done.isSuccess() && !exchange.answer().wanted()) {
                done.channel().close();
            } else if (done.isSuccess()) {
                done.channel().pipeline().get(WireConnection.class).start(exchange);
            } else {
                exchange.answer().failed(WireFailure.ofConnect(done.cause()));
            }
        });
    }

    static HttpClientCodec codec() {
        return new HttpClientCodec(
                new HttpDecoderConfig().setMaxHeaderSize(HEAD_BYTES_MAX).setMaxChunkSize(READ_BYTES_MAX), false, false);
    }

    private WirePool pool(EventLoop loop) {
        return pools.computeIfAbsent(loop, WirePool::new);
    }

    /** Closes the idle connections; those in use end with their exchanges. Any thread. */
    @Override
    public void close() {
        pools.forEach((loop, pool) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(pool::clear);
            }
        });
    }
}
