package dev.baton.pull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Sets up the connections of the pull port, where other sidecars fetch what this pod's references name. */
@ChannelHandler.Sharable
public final class PullPort extends ChannelInitializer<Channel> {
    private static final int CONNECTIONS_MAX = 4096;
    private static final int LINE_BYTES_MAX = 256;
    private static final int HEAD_BYTES_MAX = 2048;

    private final Claims claims;
    private final long epoch;
    private final PullLimits limits;
    private final PullStats stats;
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger pulls = new AtomicInteger();
    private volatile boolean closed;

    /** @param epoch of this start: who asks for another one's objects is told that they are gone */
    public PullPort(Claims claims, long epoch, PullLimits limits, PullStats stats) {
        this.claims = claims;
        this.epoch = epoch;
        this.limits = limits;
        this.stats = stats;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (closed || connections.size() >= CONNECTIONS_MAX) {
            channel.close();
            return;
        }
        connections.add(channel);
        channel.closeFuture().addListener(ended -> connections.remove(channel));
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(new HttpDecoderConfig()
                                .setMaxInitialLineLength(LINE_BYTES_MAX)
                                .setMaxHeaderSize(HEAD_BYTES_MAX)),
                        new PullExchange(claims, epoch, limits, stats, pulls));
    }

    /** Open connections. Any thread. */
    public int connections() {
        return connections.size();
    }

    /** Pulls that have been granted and have neither been acknowledged nor broken off. Any thread. */
    public int pulls() {
        return pulls.get();
    }

    /** Closes every connection; pulls at work break off. Any thread. */
    public void close() {
        closed = true;
        for (Channel channel : connections) {
            channel.close();
        }
    }
}
