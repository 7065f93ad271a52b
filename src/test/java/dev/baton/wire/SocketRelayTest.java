package dev.baton.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.Pipes;
import dev.baton.kernel.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests 32 and 33: the same bytes arrive, whatever the kernel answers; and never more than are asked for, nor at another file. */
@Isolated("one of its tests needs to know which descriptor number is free")
class SocketRelayTest {
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int SIZE = 5_000_001;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Linux linux = Linux.running();
    private final ChannelGroup open = new DefaultChannelGroup(loops.next());

    @AfterEach
    void end() {
        open.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Broken connections are what some of these tests are about. */
    private static class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Two connected sockets; what arrives at the far end is collected. */
    private record Pair(EpollSocketChannel near, EpollSocketChannel far, ByteArrayOutputStream arrived) {}

    private Pair pair(boolean collecting) throws Exception {
        LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        ChannelHandler far = new Quiet() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                accepted.add(ctx.channel());
            }

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                byte[] block = new byte[bytes.readableBytes()];
                bytes.readBytes(block);
                synchronized (arrived) {
                    arrived.writeBytes(block);
                }
                bytes.release();
            }
        };
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, collecting)
                .childHandler(far)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        Channel near = new Bootstrap()
                .group(loops)
                .channel(EpollSocketChannel.class)
                .handler(new Quiet())
                .connect(server.localAddress())
                .sync()
                .channel();
        Channel there = Objects.requireNonNull(accepted.poll(60, TimeUnit.SECONDS));
        server.close().sync();
        open.add(near);
        open.add(there);
        return new Pair((EpollSocketChannel) near, (EpollSocketChannel) there, arrived);
    }

    private Descriptor duplicate(EpollSocketChannel channel) {
        int copy = linux.descriptors().fcntl(channel.fd().intValue(), Sockets.F_DUPFD_CLOEXEC, 0);
        return new Descriptor(linux.descriptors(), (int) LinuxException.check("fcntl", copy));
    }

    private static byte[] pattern(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8) * 7 + (i >>> 16));
        }
        return bytes;
    }

    private static boolean has(Pair to, int bytes) {
        synchronized (to.arrived()) {
            return to.arrived().size() >= bytes;
        }
    }

    private Linux with(Pipes pipes) {
        return new Linux(linux.memory(), linux.descriptors(), pipes, linux.sockets());
    }

    /** Splice as the kernel does it, unless the answer for the n-th call is another one; a positive one limits the length. */
    private Pipes pipes(LongUnaryOperator answer) {
        AtomicInteger calls = new AtomicInteger();
        return new Pipes() {
            @Override
            public int pipe2(int[] ends, int flags) {
                return linux.pipes().pipe2(ends, flags);
            }

            @Override
            public long splice(int source, int sink, long length, int flags) {
                long other = answer.applyAsLong(calls.getAndIncrement());
                return other < 0 ? other : linux.pipes().splice(source, sink, Math.min(length, other), flags);
            }
        };
    }

    private SocketRelay.Outcome move(Linux kernel, @Nullable Pipe pipe, byte[] sent, int asked, Pair from, Pair to)
            throws Exception {
        from.near().writeAndFlush(Unpooled.wrappedBuffer(sent));
        SocketRelay relay =
                new SocketRelay(kernel, duplicate(from.far()), duplicate(to.near()), pipe, asked, IDLE_NANOS);
        return CompletableFuture.supplyAsync(relay::move).get(100, TimeUnit.SECONDS);
    }

    private void sameBytes(LongUnaryOperator answers, boolean spliced) throws Exception {
        byte[] object = pattern(SIZE);
        Pair from = pair(false);
        Pair to = pair(true);
        Linux kernel = with(pipes(answers));
        try (Pipe pipe = Pipe.open(kernel)) {
            SocketRelay.Outcome outcome = move(kernel, pipe, object, SIZE - 1, from, to);
            assertThat(outcome).isEqualTo(new SocketRelay.Outcome(SocketRelay.End.WHOLE, SIZE - 1, spliced));
        }
        Await.until("all bytes", () -> has(to, SIZE - 1));
        assertThat(to.arrived().toByteArray()).isEqualTo(java.util.Arrays.copyOf(object, SIZE - 1));
    }

    @Test
    void theKernelMovesExactlyWhatIsAskedFor() throws Exception {
        sameBytes(call -> Long.MAX_VALUE, true);
    }

    @Test
    void shortCountsInterruptsAndFullSocketsChangeNothing() throws Exception {
        sameBytes(
                call -> switch ((int) (call % 5)) {
                    case 0 -> -Errno.EINTR;
                    case 1 -> 4097;
                    case 2 -> -Errno.EAGAIN;
                    default -> 65_537;
                },
                true);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EACCES, Errno.ENOMEM})
    void whereSpliceIsRefusedFromTheStartTheBytesAreCopied(int errno) throws Exception {
        sameBytes(call -> -errno, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 7, 8})
    void whereSpliceIsRefusedInTheMiddleNoByteOfThePipeIsLost(long first) throws Exception {
        sameBytes(call -> call >= first ? -Errno.EINVAL : 100_000, false);
    }

    @Test
    void withoutAPipeTheBytesAreCopied() throws Exception {
        byte[] object = pattern(SIZE);
        Pair from = pair(false);
        Pair to = pair(true);
        SocketRelay.Outcome outcome = move(linux, null, object, SIZE, from, to);
        assertThat(outcome).isEqualTo(new SocketRelay.Outcome(SocketRelay.End.WHOLE, SIZE, false));
        Await.until("all bytes", () -> has(to, SIZE));
        assertThat(to.arrived().toByteArray()).isEqualTo(object);
    }

    /** The copy's own calls meet interrupts, full sockets and short counts as well. */
    @Test
    void shortCountsInterruptsAndFullSocketsChangeNothingInACopy() throws Exception {
        byte[] object = pattern(SIZE);
        Pair from = pair(false);
        Pair to = pair(true);
        AtomicInteger calls = new AtomicInteger();
        Sockets running = linux.sockets();
        Sockets unwilling = new Sockets() {
            @Override
            public int poll(int fd, int events, int timeoutMillis) {
                return calls.getAndIncrement() % 4 == 0 ? -Errno.EINTR : running.poll(fd, events, timeoutMillis);
            }

            @Override
            public long read(int fd, long address, long length) {
                return switch (calls.getAndIncrement() % 5) {
                    case 0 -> -Errno.EINTR;
                    case 1 -> -Errno.EAGAIN;
                    default -> running.read(fd, address, Math.min(length, 65_537));
                };
            }

            @Override
            public long send(int fd, long address, long length, int flags) {
                return switch (calls.getAndIncrement() % 5) {
                    case 0 -> -Errno.EINTR;
                    case 1 -> -Errno.EAGAIN;
                    default -> running.send(fd, address, Math.min(length, 4_099), flags);
                };
            }

            @Override
            public int shutdown(int fd, int how) {
                return running.shutdown(fd, how);
            }
        };
        Linux kernel = new Linux(linux.memory(), linux.descriptors(), linux.pipes(), unwilling);
        SocketRelay.Outcome outcome = move(kernel, null, object, SIZE, from, to);
        assertThat(outcome).isEqualTo(new SocketRelay.Outcome(SocketRelay.End.WHOLE, SIZE, false));
        Await.until("all bytes", () -> has(to, SIZE));
        assertThat(to.arrived().toByteArray()).isEqualTo(object);
    }

    /** The reader has gone: no copy can help, and what was counted is what it got. */
    @Test
    void aBrokenPipeEndsTheMoveAndIsNoReasonToCopy() throws Exception {
        Pair from = pair(false);
        Pair to = pair(true);
        AtomicInteger drained = new AtomicInteger();
        try (Pipe pipe = Pipe.open(linux)) {
            Linux kernel = with(new Pipes() {
                @Override
                public int pipe2(int[] ends, int flags) {
                    return -Errno.EMFILE;
                }

                @Override
                public long splice(int source, int sink, long length, int flags) {
                    return source == pipe.source() && drained.getAndIncrement() == 3
                            ? -Errno.EPIPE
                            : linux.pipes().splice(source, sink, Math.min(length, 50_000), flags);
                }
            });
            SocketRelay.Outcome outcome = move(kernel, pipe, pattern(SIZE), SIZE, from, to);
            assertThat(outcome.end()).isEqualTo(SocketRelay.End.SINK_ENDED);
            assertThat(outcome.spliced()).isTrue();
            Await.until("what was moved", () -> has(to, (int) outcome.bytes()));
            assertThat(to.arrived().toByteArray())
                    .isEqualTo(java.util.Arrays.copyOf(pattern(SIZE), (int) outcome.bytes()));
        }
    }

    @Test
    void aSourceThatEndsEarlyIsToldAndNeverTakenForWhole() throws Exception {
        Pair from = pair(false);
        Pair to = pair(true);
        try (Pipe pipe = Pipe.open(linux)) {
            from.near().writeAndFlush(Unpooled.wrappedBuffer(pattern(300_000))).addListener(done -> from.near()
                    .close());
            SocketRelay relay =
                    new SocketRelay(linux, duplicate(from.far()), duplicate(to.near()), pipe, 300_001, IDLE_NANOS);
            assertThat(relay.move().end()).isEqualTo(SocketRelay.End.SOURCE_ENDED);
        }
    }

    @Test
    void aSinkThatClosesEndsTheMove() throws Exception {
        Pair from = pair(false);
        Pair to = pair(false);
        try (Pipe pipe = Pipe.open(linux)) {
            SocketRelay relay =
                    new SocketRelay(linux, duplicate(from.far()), duplicate(to.near()), pipe, 20_000_000, IDLE_NANOS);
            from.near().writeAndFlush(Unpooled.wrappedBuffer(pattern(20_000_000)));
            to.far().config().setSoLinger(0);
            to.far().close().sync();
            assertThat(relay.move().end()).isEqualTo(SocketRelay.End.SINK_ENDED);
        }
    }

    @Test
    void aSilentSourceIsGivenUpAfterItsTime() throws Exception {
        Pair from = pair(false);
        Pair to = pair(true);
        try (Pipe pipe = Pipe.open(linux)) {
            SocketRelay relay = new SocketRelay(
                    linux, duplicate(from.far()), duplicate(to.near()), pipe, 10, TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(relay.move().end()).isEqualTo(SocketRelay.End.SOURCE_SILENT);
        }
    }

    @Test
    void cancellingWakesAMoveThatWaits() throws Exception {
        Pair from = pair(false);
        Pair to = pair(true);
        try (Pipe pipe = Pipe.open(linux)) {
            SocketRelay relay =
                    new SocketRelay(linux, duplicate(from.far()), duplicate(to.near()), pipe, 10, IDLE_NANOS);
            CompletableFuture<SocketRelay.Outcome> moving = CompletableFuture.supplyAsync(relay::move);
            relay.cancel();
            assertThat(moving.get(60, TimeUnit.SECONDS).end()).isEqualTo(SocketRelay.End.CANCELLED);
        }
    }

    @Test
    void anotherFileUnderTheSameNumberGetsNoByte() throws Exception {
        Pair from = pair(false);
        Pair to = pair(false);
        Pair next = pair(true);
        try (Pipe pipe = Pipe.open(linux)) {
            SocketRelay relay =
                    new SocketRelay(linux, duplicate(from.far()), duplicate(to.near()), pipe, 20_000_000, IDLE_NANOS);
            CompletableFuture<SocketRelay.Outcome> moving = CompletableFuture.supplyAsync(relay::move);
            from.near().writeAndFlush(Unpooled.wrappedBuffer(pattern(20_000_000)));
            int number = to.near().fd().intValue();
            // Whoever owns the channel closes it in the middle, and the number goes to the next that asks.
            to.near().close().sync();
            int reused = linux.descriptors().fcntl(next.near().fd().intValue(), Sockets.F_DUPFD_CLOEXEC, number);
            relay.cancel();
            assertThat(moving.get(60, TimeUnit.SECONDS).end()).isNotEqualTo(SocketRelay.End.WHOLE);
            assertThat(reused).isEqualTo(number);
            linux.descriptors().close(reused);
        }
        assertThat(next.arrived().size()).isZero();
    }

    @Test
    void nothingIsLeftOpen() throws Exception {
        sameBytes(call -> Long.MAX_VALUE, true);
        long before = pipesOpen();
        for (int i = 0; i < 5; i++) {
            sameBytes(call -> call > 3 ? -Errno.EINVAL : 100_000, false);
        }
        assertThat(pipesOpen()).isLessThanOrEqualTo(before + 2);
    }

    private static long pipesOpen() throws Exception {
        long count = 0;
        for (File fd : Objects.requireNonNull(new File("/proc/self/fd").listFiles())) {
            try {
                if (java.nio.file.Files.readSymbolicLink(fd.toPath()).toString().startsWith("pipe:")) {
                    count++;
                }
            } catch (java.io.IOException closedMeanwhile) {
                // Another thread's.
            }
        }
        return count;
    }
}
