package dev.baton.wire;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One body from socket to socket over loopback, by splice and by the copy that stands in for it. The time holds what a sender and a
 * receiver on other threads need to keep up; {@code scripts/bench relay} tells the relay's own share.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RelayBenchmark {
    private static final int STEP = 256 << 10;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @Param({"1048576", "10485760", "104857600"})
    int size;

    private final Linux linux = Linux.running();
    private final Semaphore due = new Semaphore(0);
    private EventLoopGroup loops;
    private EpollSocketChannel source;
    private EpollSocketChannel sink;
    private SocketChannel sender;
    private SocketChannel receiver;
    private Pipe pipe;

    /** What the relay is to move over a connection: its end as it would be in the sidecar, and the other one. */
    private record Connection(EpollSocketChannel near, SocketChannel far) {}

    @Setup
    public void open() throws IOException, InterruptedException {
        loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Connection in = connect();
        Connection out = connect();
        source = in.near();
        sender = in.far();
        sink = out.near();
        receiver = out.far();
        pipe = Pipe.open(linux);
        Thread.ofPlatform().daemon().start(this::sendAll);
        Thread.ofPlatform().daemon().start(this::receiveAll);
    }

    private Connection connect() throws IOException, InterruptedException {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Channel near = new Bootstrap()
                    .group(loops)
                    .channel(EpollSocketChannel.class)
                    .option(ChannelOption.AUTO_READ, false)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listener.getLocalAddress())
                    .sync()
                    .channel();
            return new Connection((EpollSocketChannel) near, listener.accept());
        }
    }

    private void sendAll() {
        ByteBuffer block = ByteBuffer.allocateDirect(STEP);
        try {
            while (true) {
                due.acquire();
                for (long left = size; left > 0; ) {
                    block.clear().limit((int) Math.min(left, STEP));
                    left -= sender.write(block);
                }
            }
        } catch (ClosedChannelException | InterruptedException end) {
            // The benchmark's.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void receiveAll() {
        ByteBuffer block = ByteBuffer.allocateDirect(STEP);
        try {
            while (receiver.read(block.clear()) >= 0) {}
        } catch (ClosedChannelException end) {
            // The benchmark's.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @TearDown
    public void close() throws IOException {
        sender.close();
        receiver.close();
        pipe.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Benchmark
    public Object splice() {
        return move(pipe);
    }

    @Benchmark
    public Object copy() {
        return move(null);
    }

    private SocketRelay.Outcome move(Pipe by) {
        SocketRelay relay = new SocketRelay(linux, duplicate(source), duplicate(sink), by, size, IDLE_NANOS);
        due.release();
        SocketRelay.Outcome outcome = relay.move();
        if (!outcome.equals(new SocketRelay.Outcome(SocketRelay.End.WHOLE, size, by != null))) {
            throw new IllegalStateException(outcome.toString());
        }
        return outcome;
    }

    private Descriptor duplicate(EpollSocketChannel channel) {
        int copy = linux.descriptors().fcntl(channel.fd().intValue(), Sockets.F_DUPFD_CLOEXEC, 0);
        return new Descriptor(linux.descriptors(), (int) LinuxException.check("fcntl", copy));
    }
}
