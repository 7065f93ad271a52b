package dev.baton.transfer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.concurrent.atomic.AtomicInteger;

/** Sets up the connections of the pull port, where other sidecars fetch what this pod's references name. */
@ChannelHandler.Sharable
final class PullPort extends ChannelInitializer<Channel> {
    private static final int CONNECTIONS_MAX = 4096;
    private static final int LINE_BYTES_MAX = 256;
    private static final int HEAD_BYTES_MAX = 2048;

    private final Claims claims;
    private final long epoch;
    private final PullLimits limits;
    private final TransferStats stats;
    private final AtomicInteger connections = new AtomicInteger();

    PullPort(Claims claims, long epoch, PullLimits limits, TransferStats stats) {
        this.claims = claims;
        this.epoch = epoch;
        this.limits = limits;
        this.stats = stats;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (connections.incrementAndGet() > CONNECTIONS_MAX) {
            connections.decrementAndGet();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(new HttpDecoderConfig()
                                .setMaxInitialLineLength(LINE_BYTES_MAX)
                                .setMaxHeaderSize(HEAD_BYTES_MAX)),
                        new PullExchange(claims, epoch, limits, stats));
    }

    int connections() {
        return connections.get();
    }
}
