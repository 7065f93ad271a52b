package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LoopbackTest {
    private static final RawUnixChannelOption CONGESTION = new RawUnixChannelOption("LoopbackTest", 6, 13, 16);

    @Test
    void whatIsAcceptedFromTheLoopbackAndWhatIsToldToIsNotPaced() throws BindException {
        CompletableFuture<Channel> accepted = new CompletableFuture<>();
        try (EventLoops loops = new EventLoops(1, "loopback-test")) {
            Channel listener = Listener.bind(
                    loops,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ChannelInitializer<EpollSocketChannel>() {
                        @Override
                        protected void initChannel(EpollSocketChannel channel) {
                            accepted.complete(channel);
                        }
                    });
            Channel connected = new Bootstrap()
                    .group(loops.group())
                    .channel(EpollSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listener.localAddress())
                    .syncUninterruptibly()
                    .channel();
            assertThat(congestion(accepted.join())).isEqualTo("reno");
            Loopback.unpaced(connected);
            assertThat(congestion(connected)).isEqualTo("reno");
        }
    }

    private static String congestion(Channel channel) {
        ByteBuffer name = channel.config().getOption(CONGESTION);
        return StandardCharsets.US_ASCII.decode(name).toString().replaceFirst("\0.*", "");
    }
}
