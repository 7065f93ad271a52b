package dev.baton.proxy;

import dev.baton.http.NetFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection to the user's program, with the queue-proxy's patience: an attempt that times out is followed by
 * others with longer limits, one that is refused is final. Event loop only.
 */
final class Dial implements ChannelFutureListener {
    private static final int ATTEMPTS = 15;
    private static final int FIRST_TIMEOUT_MILLIS = 50;
    private static final double GROWTH = 1.4;
    private static final int PAUSE_MILLIS = 30;
    private static final int MAX_CHUNK_BYTES = 64 * 1024;

    private final UpstreamPool pool;
    private final Upstreams upstreams;
    private final long startedAt = System.nanoTime();
    private @Nullable Forwarder front;
    private int attempt;
    private double timeoutMillis = FIRST_TIMEOUT_MILLIS;

    Dial(UpstreamPool pool, Upstreams upstreams, Forwarder front) {
        this.pool = pool;
        this.upstreams = upstreams;
        this.front = front;
    }

    /** Who waits for the connection; null if nobody does any more. */
    @Nullable
    Forwarder front() {
        return front;
    }

    void forget() {
        front = null;
    }

    void start(EventLoop loop) {
        new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                // A write that fails must not take the response with it that the program sent before it hung up.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeoutMillis)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        ResponseDecoder decoder = new ResponseDecoder(decoding());
                        channel.pipeline()
                                .addLast(decoder, new HttpRequestEncoder(), new UpstreamConnection(pool, decoder));
                    }
                })
                .connect(upstreams.target())
                .addListener(this);
    }

    private HttpDecoderConfig decoding() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(upstreams.headBytes())
                .setMaxHeaderSize(upstreams.headBytes())
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setStrictLineParsing(false);
    }

    @Override
    public void operationComplete(ChannelFuture connected) {
        Channel channel = connected.channel();
        if (connected.isSuccess()) {
            upstreams.opened();
            pool.dialled(this, channel.pipeline().get(UpstreamConnection.class));
            return;
        }
        if (!(connected.cause() instanceof ConnectTimeoutException)) {
            pool.undiallable(this, NetFailure.dial(upstreams.target(), connected.cause()));
            return;
        }
        if (++attempt > ATTEMPTS || front == null) {
            pool.undiallable(this, UpstreamFailure.dialTimeout(upstreams.target(), System.nanoTime() - startedAt));
            return;
        }
        timeoutMillis *= GROWTH;
        EventLoop loop = channel.eventLoop();
        int pause = PAUSE_MILLIS + ThreadLocalRandom.current().nextInt(PAUSE_MILLIS);
        loop.schedule(() -> start(loop), pause, TimeUnit.MILLISECONDS);
    }
}
