package dev.baton.kernel;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Keeps a few empty pipes for whoever splices next: opening one of 1 MiB costs more than using it. Any thread. */
public final class PipePool implements AutoCloseable {
    private final ArrayBlockingQueue<Pipe> idle;
    private volatile boolean closed;

    /** @param mostIdle pipes that are kept while nobody uses them */
    public PipePool(int mostIdle) {
        idle = new ArrayBlockingQueue<>(mostIdle);
    }

    /** An empty pipe, the taker's until it is given back; null if the kernel has none to give (EMFILE, ENFILE). */
    public @Nullable Pipe take(Linux linux) {
        Pipe kept = idle.poll();
        if (kept != null) {
            return kept;
        }
        try {
            return Pipe.open(linux);
        } catch (LinuxException none) {
            return null;
        }
    }

    /**
     * Ends a user's time with a pipe.
     *
     * @param empty whether another user would find nothing in it; if not, it is closed
     */
    public void giveBack(Pipe pipe, boolean empty) {
        if (!empty || closed || !idle.offer(pipe)) {
            pipe.close();
        }
    }

    /** Closes the pipes that are kept; those in use are closed when they are given back. */
    @Override
    public void close() {
        closed = true;
        for (Pipe pipe; (pipe = idle.poll()) != null; ) {
            pipe.close();
        }
    }
}
