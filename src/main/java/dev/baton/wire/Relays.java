package dev.baton.wire;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.PipePool;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads and pipes that move bodies between sockets. Platform threads, because a blocking native call would pin the carrier of a
 * virtual one; none when nothing is moved. Any thread.
 */
public final class Relays implements AutoCloseable {
    private static final int IDLE_PIPES_MAX = 4;
    private static final int IDLE_THREAD_SECONDS = 10;

    private final Supplier<Linux> kernel;
    private final long idleNanos;
    private final RelayStats stats;
    private final Semaphore free;
    private final ThreadPoolExecutor threads;
    private final PipePool pipes = new PipePool(IDLE_PIPES_MAX);

    /** One move that may be started. */
    record Move(SocketRelay relay, @Nullable Pipe pipe) {}

    /**
     * Starts nothing.
     *
     * @param kernel asked at the first move
     * @param most moves at once; further bodies are copied by the event loops
     * @param idle longest silence of a source
     */
    public Relays(Supplier<Linux> kernel, int most, Duration idle, RelayStats stats) {
        this.kernel = kernel;
        this.idleNanos = idle.toNanos();
        this.stats = stats;
        free = new Semaphore(most);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("baton-relay-", 0).daemon(true).factory());
    }

    /** Descriptors, a pipe and a thread for a move of that many bytes; null, counted, if they are not to be had. */
    @Nullable
    Move prepare(int source, int sink, long bytes) {
        if (!free.tryAcquire()) {
            stats.fallback(RelayFallback.THREADS);
            return null;
        }
        Move move = move(source, sink, bytes);
        if (move == null) {
            free.release();
            stats.fallback(RelayFallback.DESCRIPTORS);
        }
        return move;
    }

    private @Nullable Move move(int source, int sink, long bytes) {
        Linux linux = kernel.get();
        Descriptor from = Descriptor.duplicate(linux, source);
        if (from == null) {
            return null;
        }
        Descriptor to = Descriptor.duplicate(linux, sink);
        if (to == null) {
            from.close();
            return null;
        }
        Pipe pipe = pipes.take(linux);
        return new Move(new SocketRelay(linux, from, to, pipe, bytes, idleNanos), pipe);
    }

    /** Moves on a thread of its own; the outcome is told on the loop. */
    void start(Move move, EventLoop loop, Consumer<SocketRelay.Outcome> told) {
        try {
            threads.execute(() -> {
                SocketRelay.Outcome outcome = move.relay().move();
                giveBack(move.pipe(), outcome.end() == SocketRelay.End.WHOLE);
                free.release();
                if (move.pipe() == null) {
                    stats.fallback(RelayFallback.PIPES);
                } else if (!outcome.spliced()) {
                    stats.fallback(RelayFallback.SPLICE);
                }
                loop.execute(() -> told.accept(outcome));
            });
        } catch (RejectedExecutionException ending) {
            move.relay().close();
            giveBack(move.pipe(), true);
            free.release();
            told.accept(new SocketRelay.Outcome(SocketRelay.End.CANCELLED, 0, true));
        }
    }

    private void giveBack(@Nullable Pipe pipe, boolean empty) {
        if (pipe != null) {
            pipes.giveBack(pipe, empty);
        }
    }

    /** Moves that run go on to their end; pipes kept for others are closed. */
    @Override
    public void close() {
        threads.shutdown();
        pipes.close();
    }
}
