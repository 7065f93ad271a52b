package dev.baton.proxy;

import dev.baton.http.Loopback;
import dev.baton.http.NetFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Opens one connection to the user's program, with the queue-proxy's patience: an attempt that times out is followed by
 * others with longer limits, one that is refused is final. Event loop only.
 */
final class Dial implements ChannelFutureListener {
    /** Whom the connection is for. */
    interface Owner {
        /** Adds the handlers of the protocol that is to be spoken. */
        void equip(ChannelPipeline pipeline);

        void dialled(Dial dial, Channel channel);

        void undiallable(Dial dial, String failure);
    }

    private static final int ATTEMPTS = 15;
    private static final int FIRST_TIMEOUT_MILLIS = 50;
    private static final double GROWTH = 1.4;
    private static final int PAUSE_MILLIS = 30;

    private final Owner owner;
    private final Upstreams upstreams;
    private final long startedAt = System.nanoTime();
    private boolean wanted = true;
    private int attempt;
    private double timeoutMillis = FIRST_TIMEOUT_MILLIS;

    Dial(Owner owner, Upstreams upstreams) {
        this.owner = owner;
        this.upstreams = upstreams;
    }

    /** Nobody waits for it any more: the attempt that is under way is the last. */
    void forget() {
        wanted = false;
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
                        owner.equip(channel.pipeline());
                    }
                })
                .connect(upstreams.target())
                .addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture connected) {
        Channel channel = connected.channel();
        if (connected.isSuccess()) {
            upstreams.opened();
            Loopback.unpaced(channel);
            owner.dialled(this, channel);
            return;
        }
        if (!(connected.cause() instanceof ConnectTimeoutException)) {
            owner.undiallable(this, NetFailure.dial(upstreams.target(), connected.cause()));
            return;
        }
        if (++attempt > ATTEMPTS || !wanted) {
            owner.undiallable(this, UpstreamFailure.dialTimeout(upstreams.target(), System.nanoTime() - startedAt));
            return;
        }
        timeoutMillis *= GROWTH;
        EventLoop loop = channel.eventLoop();
        int pause = PAUSE_MILLIS + ThreadLocalRandom.current().nextInt(PAUSE_MILLIS);
        loop.schedule(() -> start(loop), pause, TimeUnit.MILLISECONDS);
    }
}
