package dev.baton.wire;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.Mapping;
import dev.baton.kernel.Pipe;
import dev.baton.kernel.Pipes;
import dev.baton.kernel.Sockets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes from one connected socket to another inside the kernel: socket, pipe, socket, by splice(2). Where the kernel or a seccomp
 * profile refuses that, before or in the middle, the same bytes go through a buffer instead.
 *
 * <p>It has descriptors of its own for both sockets, so that whoever closes a channel meanwhile never hands it another file.
 * {@link #move} blocks: platform threads only. {@link #cancel}: any thread.
 */
final class SocketRelay {
    /** How the move ended. */
    enum End {
        WHOLE,
        /** The source has no more bytes, or broke. */
        SOURCE_ENDED,
        /** The source kept silent for too long. */
        SOURCE_SILENT,
        /** The sink takes no more bytes. */
        SINK_ENDED,
        CANCELLED
    }

    /** @param spliced false if at least a part went through the buffer */
    record Outcome(End end, long bytes, boolean spliced) {}

    /** Measured: no faster with more, and a slow sink's pipe holds less. */
    static final int STEP_BYTES = 256 << 10;

    private static final int SLICE_MILLIS = 1_000;

    private final Linux linux;
    private final Descriptor source;
    private final Descriptor sink;
    private final long idleNanos;
    private final @Nullable Pipe pipe;

    private @Nullable Mapping buffer;
    private long left;
    private long moved;
    /** Bytes that have left the source and not reached the sink: in the pipe, or in the buffer from {@link #bufferAt} on. */
    private long held;

    private long bufferAt;
    private boolean splicing;
    private volatile boolean cancelled;
    private boolean closed;

    /** Takes the descriptors over; without a pipe it copies from the start. */
    SocketRelay(Linux linux, Descriptor source, Descriptor sink, @Nullable Pipe pipe, long bytes, long idleNanos) {
        this.linux = linux;
        this.source = source;
        this.sink = sink;
        this.pipe = pipe;
        this.idleNanos = idleNanos;
        left = bytes;
        splicing = pipe != null;
    }

    /** Blocks until all is moved or nothing more can be. Closes the descriptors; the pipe is empty if the end is WHOLE. Once. */
    Outcome move() {
        try {
            End end = null;
            while (end == null) {
                if (cancelled) {
                    end = End.CANCELLED;
                } else if (held > 0) {
                    end = drain();
                } else if (left > 0) {
                    end = fill();
                } else {
                    end = End.WHOLE;
                }
            }
            return new Outcome(
                    cancelled && end != End.WHOLE ? End.CANCELLED : end, moved, pipe != null && buffer == null);
        } finally {
            close();
        }
    }

    private @Nullable End fill() {
        long wanted = Math.min(left, STEP_BYTES);
        long result = splicing && pipe != null
                ? linux.pipes()
                        .splice(source.number(), pipe.sink(), wanted, Pipes.SPLICE_F_MOVE | Pipes.SPLICE_F_NONBLOCK)
                : linux.sockets().read(source.number(), buffer().address(), wanted);
        if (result > 0) {
            left -= result;
            held = result;
            bufferAt = 0;
            return null;
        }
        return switch ((int) -result) {
            case 0 -> End.SOURCE_ENDED;
            case Errno.EINTR -> null;
            case Errno.EAGAIN -> awaitSource();
            default -> copyInstead((int) -result) ? null : End.SOURCE_ENDED;
        };
    }

    private @Nullable End drain() {
        long result;
        if (splicing && pipe != null) {
            // Without more to follow at once, a corked socket would sit on the last bytes.
            int more = left > 0 && held == STEP_BYTES ? Pipes.SPLICE_F_MORE : 0;
            result = linux.pipes()
                    .splice(pipe.source(), sink.number(), held, Pipes.SPLICE_F_MOVE | Pipes.SPLICE_F_NONBLOCK | more);
        } else {
            result = linux.sockets().send(sink.number(), buffer().address() + bufferAt, held, Sockets.MSG_NOSIGNAL);
        }
        if (result > 0) {
            held -= result;
            bufferAt += result;
            moved += result;
            return null;
        }
        return switch ((int) -result) {
            case 0, Errno.EINTR -> null;
            case Errno.EAGAIN -> awaitSink();
            default -> copyInstead((int) -result) ? null : End.SINK_ENDED;
        };
    }

    /** Whether the error says that splice itself is not to be had; what is in the pipe is fetched out of it. */
    private boolean copyInstead(int errno) {
        if (!splicing || !Pipes.spliceRefused(errno) || pipe == null) {
            return false;
        }
        splicing = false;
        bufferAt = 0;
        for (long fetched = 0; fetched < held; ) {
            long result = linux.sockets().read(pipe.source(), buffer().address() + fetched, held - fetched);
            if (result <= 0 && result != -Errno.EINTR) {
                return false;
            }
            fetched += Math.max(0, result);
        }
        return true;
    }

    private Mapping buffer() {
        Mapping there = buffer;
        if (there == null) {
            there = Mapping.anonymous(linux.memory(), STEP_BYTES);
            buffer = there;
        }
        return there;
    }

    private @Nullable End awaitSource() {
        long start = System.nanoTime();
        while (!cancelled) {
            if (ready(source, Sockets.POLLIN)) {
                return null;
            }
            if (System.nanoTime() - start > idleNanos) {
                return End.SOURCE_SILENT;
            }
        }
        return End.CANCELLED;
    }

    /** As long as it takes: the limits of the exchange that reads decide, not this one. */
    private @Nullable End awaitSink() {
        while (!cancelled) {
            if (ready(sink, Sockets.POLLOUT)) {
                return null;
            }
        }
        return End.CANCELLED;
    }

    private boolean ready(Descriptor socket, int events) {
        int slice = (int) Math.min(SLICE_MILLIS, Math.max(1, TimeUnit.NANOSECONDS.toMillis(idleNanos)));
        int result = linux.sockets().poll(socket.number(), events, slice);
        // An error in poll shows again, with its name, in the call that follows.
        return result != 0 && result != -Errno.EINTR;
    }

    /** Ends the move soon: both sockets are shut down, which wakes it. No effect once it has ended. */
    synchronized void cancel() {
        cancelled = true;
        if (!closed) {
            linux.sockets().shutdown(source.number(), Sockets.SHUT_RDWR);
            linux.sockets().shutdown(sink.number(), Sockets.SHUT_RDWR);
        }
    }

    /** For one that never moves: gives its descriptors up. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (source;
                sink) {
            if (buffer != null) {
                buffer.close();
            }
        }
    }
}
