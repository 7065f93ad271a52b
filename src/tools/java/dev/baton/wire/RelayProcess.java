package dev.baton.wire;

import dev.baton.http.EventLoops;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipes;
import dev.baton.transfer.TransferStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The sidecar's relay as a process that {@code scripts/bench relay} can hold against {@code integration/relay/relay.c}: the same arguments
 * and the same messages, passed on by the classes that deliver pulled bodies, and nothing else of the sidecar.
 */
final class RelayProcess {
    /** How bodies are passed on. */
    enum Way {
        /** By {@link Relays} with splice(2): what is pulled, above 100 KB. */
        SPLICE,
        /** By {@link Relays} where the kernel has no pipes to give. */
        FALLBACK,
        /** By {@link BodyPipe} and {@link ChannelPump} on the event loop: everything else. */
        COPY
    }

    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int RELAYS_MAX = 4;

    private RelayProcess() {}

    /** Arguments: way, address to listen on, address and port of the next host. Prints the port that it listens on. */
    public static void main(String[] arguments) throws InterruptedException {
        Way way = Way.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        var next = new InetSocketAddress(arguments[2], Integer.parseInt(arguments[3]));
        EventLoops loops = new EventLoops(1, "relay");
        Supplier<Linux> kernel = way == Way.FALLBACK ? RelayProcess::withoutPipes : Linux::running;
        Relays relays = new Relays(kernel, RELAYS_MAX, IDLE, new TransferStats());
        Channel listener = new ServerBootstrap()
                .group(loops.group())
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 16 << 10, WireClient.READ_BYTES_MAX))
                .childHandler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel source) {
                        connect(next, source, way, relays);
                    }
                })
                .bind(new InetSocketAddress(arguments[1], 0))
                .sync()
                .channel();
        System.out.println("listening on " + ((InetSocketAddress) listener.localAddress()).getPort());
    }

    private static void connect(InetSocketAddress next, EpollSocketChannel source, Way way, Relays relays) {
        new Bootstrap()
                .group(source.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel sink) {
                        RelayedMessages messages = way == Way.COPY
                                ? new CopiedMessages(source, sink)
                                : new MovedMessages(source, sink, relays, way == Way.SPLICE);
                        source.pipeline().addLast(messages.fromSource());
                        sink.pipeline().addLast(messages.fromSink());
                    }
                })
                .connect(next)
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        source.config().setAutoRead(true);
                    } else {
                        RelayedMessages.fail(done.cause());
                    }
                });
    }

    private static Linux withoutPipes() {
        Linux running = Linux.running();
        Pipes none = new Pipes() {
            @Override
            public int pipe2(int[] ends, int flags) {
                return -Errno.ENOSYS;
            }

            @Override
            public long splice(int source, int sink, long length, int flags) {
                return -Errno.ENOSYS;
            }
        };
        return new Linux(running.memory(), running.descriptors(), none, running.sockets());
    }
}
