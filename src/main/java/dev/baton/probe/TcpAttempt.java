package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import dev.baton.http.NetFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;

/** Ready when a connection is accepted; it is closed at once. */
final class TcpAttempt implements Attempt {
    private final HostLookup host;
    private final int port;

    TcpAttempt(ProbeSpec.TcpSocket socket) {
        host = new HostLookup(socket.host());
        port = socket.port();
    }

    @Override
    public void start(EventLoop loop, int timeoutMillis, Outcome outcome) {
        host.find(loop, port, (target, failure) -> {
            if (target == null) {
                outcome.done("dial tcp: " + failure);
            } else {
                connect(loop, target, timeoutMillis, outcome);
            }
        });
    }

    private static void connect(EventLoop loop, InetSocketAddress target, int timeoutMillis, Outcome outcome) {
        new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target)
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        Channel channel = ((ChannelFuture) connected).channel();
                        channel.close();
                        outcome.done(null);
                    } else {
                        outcome.done(failure(target, connected.cause()));
                    }
                });
    }

    static String failure(InetSocketAddress target, Throwable cause) {
        return cause instanceof ConnectTimeoutException
                ? "dial tcp " + NetFailure.hostPort(target) + ": i/o timeout"
                : NetFailure.dial(target, cause);
    }
}
