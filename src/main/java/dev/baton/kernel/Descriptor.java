package dev.baton.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The owner of one file descriptor: closes it exactly once. Any thread, but whoever closes must know that nobody uses the number any more. */
public final class Descriptor implements AutoCloseable {
    private final Descriptors calls;
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over an open descriptor. */
    public Descriptor(Descriptors calls, int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: " + number);
        }
        this.calls = calls;
        this.number = number;
    }

    /** A second descriptor for the same open file, with an owner of its own; null if there is none to be had, by EMFILE in practice. */
    public static @Nullable Descriptor duplicate(Linux linux, int fd) {
        int copy = linux.descriptors().fcntl(fd, Sockets.F_DUPFD_CLOEXEC, 0);
        return copy < 0 ? null : new Descriptor(linux.descriptors(), copy);
    }

    /**
     * For system calls, while this owner is open.
     *
     * @throws IllegalStateException once closed: the number may belong to another file by now
     */
    public int number() {
        if (closed.get()) {
            throw new IllegalStateException("descriptor is closed");
        }
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // On Linux the number is free whatever close says; EINTR must not be answered by a second close, which
            // could hit another file.
            int result = calls.close(number);
            if (result < 0 && result != -Errno.EINTR) {
                LinuxException.check("close", result);
            }
        }
    }
}
