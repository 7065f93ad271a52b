package dev.baton.telemetry;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one thread has counted. Only that thread writes; the reporter reads all cells once a second. A sequence number
 * that is odd during a write tells the reader of a half-done one (a seqlock), so that a request costs its event loop a
 * few plain stores and neither a lock nor a locked instruction.
 */
final class TrafficCell {
    /**
     * The counts at one moment. {@code moments} is the sum of the arrival times of all requests less the sum of the end
     * times of those that ended, in nanoseconds modulo 2^64: with {@code open} requests in flight at time t, the request
     * time spent so far is {@code open * t - moments}. Integers only, so that no rounding error is left when all have ended.
     */
    record Counts(long arrived, long open, long moments, long proxiedArrived, long proxiedOpen, long proxiedMoments) {
        static final Counts ZERO = new Counts(0, 0, 0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    arrived + other.arrived,
                    open + other.open,
                    moments + other.moments,
                    proxiedArrived + other.proxiedArrived,
                    proxiedOpen + other.proxiedOpen,
                    proxiedMoments + other.proxiedMoments);
        }
    }

    /** A writer holds a reader up for a few nanoseconds, unless it loses its core just then: that is not waited for. */
    private static final int READ_ATTEMPTS = 100;

    private final AtomicInteger sequence = new AtomicInteger();
    private long arrived;
    private long open;
    private long moments;
    private long proxiedArrived;
    private long proxiedOpen;
    private long proxiedMoments;

    private volatile Counts reported = Counts.ZERO;

    /** The owning thread only. */
    void arrived(long nanos, boolean proxied) {
        int version = beginWrite();
        arrived++;
        open++;
        moments += nanos;
        if (proxied) {
            proxiedArrived++;
            proxiedOpen++;
            proxiedMoments += nanos;
        }
        endWrite(version);
    }

    /** The owning thread only; the request may have arrived on another one. */
    void finished(long nanos, boolean proxied) {
        int version = beginWrite();
        open--;
        moments -= nanos;
        if (proxied) {
            proxiedOpen--;
            proxiedMoments -= nanos;
        }
        endWrite(version);
    }

    private int beginWrite() {
        int version = sequence.getPlain() + 1;
        sequence.setOpaque(version);
        VarHandle.storeStoreFence();
        return version;
    }

    private void endWrite(int version) {
        sequence.setRelease(version + 1);
    }

    /**
     * A consistent copy; any thread. If the owner stands in the middle of a write for long, the copy of the last report.
     */
    Counts read() {
        for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
            int before = sequence.getAcquire();
            Counts copy = new Counts(arrived, open, moments, proxiedArrived, proxiedOpen, proxiedMoments);
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && before == sequence.getOpaque()) {
                return copy;
            }
            Thread.onSpinWait();
        }
        return reported;
    }

    /** {@link #read} for the reporter, one thread: never goes back behind what it returned before. */
    Counts report() {
        Counts copy = read();
        reported = copy;
        return copy;
    }
}
