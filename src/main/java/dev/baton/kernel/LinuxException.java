package dev.baton.kernel;

import java.io.Serial;

/** A system call failed. The one form in which a failed call leaves this package. */
public final class LinuxException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    /** @param errno positive, as in errno(3) */
    public LinuxException(String call, int errno) {
        // No stack trace: refusals under load are as frequent as the load, and the call's name says where it came from.
        super(call + ": " + Errno.describe(errno), null, false, false);
        this.call = call;
        this.errno = errno;
    }

    /**
     * Passes a good result through.
     *
     * @param result what a facility's method returned: a result, or −errno
     * @throws LinuxException when it is −errno
     */
    public static long check(String call, long result) {
        if (result < 0) {
            throw new LinuxException(call, (int) -result);
        }
        return result;
    }

    /** The system call's Linux name. */
    public String call() {
        return call;
    }

    /** One of the values in {@link Errno}, or another of errno(3). */
    public int errno() {
        return errno;
    }
}
