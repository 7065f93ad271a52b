package dev.baton.proxy;

import dev.baton.http.KnownBody;
import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.PipePool;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@link SpliceDetour}s share: the kernel's binding, pipes, and how much has gone this way. Any thread. */
final class Splices {
    /** A pipe of 1 MiB for each, and the kernel gives an ordinary user 64 MiB of pipes: pipe(7), pipe-user-pages-soft. */
    private static final int AT_ONCE_MAX = 32;

    private static final int IDLE_PIPES_MAX = 8;

    private final Supplier<Linux> kernel;
    private final PipePool pipes = new PipePool(IDLE_PIPES_MAX);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean loading = new AtomicBoolean();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();
    private volatile @Nullable Linux linux;
    private volatile boolean refused;

    /** @param kernel loads the binding; may take its time, and is asked off the event loops */
    Splices(Supplier<Linux> kernel) {
        this.kernel = kernel;
    }

    /** A way from one socket to the other; null if the body has to be copied. */
    @Nullable
    SpliceDetour between(Channel from, Channel to, KnownBody body, SpliceDetour.Ended ended) {
        Linux calls = linux;
        if (calls == null) {
            load();
            return null;
        }
        if (refused || !(from instanceof EpollSocketChannel source) || !(to instanceof EpollSocketChannel sink)) {
            return null;
        }
        if (running.incrementAndGet() > AT_ONCE_MAX) {
            running.decrementAndGet();
            return null;
        }
        Descriptor in = Descriptor.duplicate(calls, source.fd().intValue());
        Descriptor out =
                in == null ? null : Descriptor.duplicate(calls, sink.fd().intValue());
        Pipe pipe = out == null ? null : pipes.take(calls);
        if (in == null || out == null || pipe == null) {
            close(in);
            close(out);
            running.decrementAndGet();
            fallbacks.increment();
            return null;
        }
        return new SpliceDetour(this, calls, from, in, out, pipe, body, ended);
    }

    /** Loading takes some 20 ms; the first large bodies are copied meanwhile. */
    private void load() {
        if (loading.compareAndSet(false, true)) {
            Thread.ofPlatform().name("baton-splice-load").daemon(true).start(() -> linux = kernel.get());
        }
    }

    private static void close(@Nullable Descriptor descriptor) {
        if (descriptor != null) {
            descriptor.close();
        }
    }

    // Called by SpliceDetour.

    /** A detour has ended; its pipe serves others if nothing is left in it. */
    void ended(Pipe pipe, boolean empty, long moved) {
        running.decrementAndGet();
        bytes.add(moved);
        pipes.giveBack(pipe, empty);
    }

    /** The call failed for a reason that is not the sockets': a kernel or a seccomp profile without it is not asked again. */
    void refused(int errno) {
        fallbacks.increment();
        if (errno == Errno.EPERM || errno == Errno.ENOSYS || errno == Errno.EACCES) {
            refused = true;
        }
    }

    // For its figures.

    /** Bytes of bodies that have not passed through this process. */
    long bytes() {
        return bytes.sum();
    }

    /** Bodies that were to go this way, and were copied. */
    long fallbacks() {
        return fallbacks.sum();
    }
}
