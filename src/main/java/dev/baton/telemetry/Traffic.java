package dev.baton.telemetry;

import dev.baton.telemetry.TrafficCell.Counts;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Counts the requests of the main port and makes of them what the autoscaler decides by: each second the time-weighted
 * mean of the concurrency and the arrivals (knative.dev/networking's {@code RequestStats}).
 *
 * <p>Event loops count into cells of their own ({@link TrafficCell}); a request may end on another loop than the one it
 * arrived on. Each thread that counts keeps a cell for the life of the process, so only event loops should.
 */
public final class Traffic {
    private static final double NANOS_PER_SECOND = 1e9;

    private final String podName;
    private final LongSupplier nanoClock;
    private final long startedAt;
    private final List<TrafficCell> cells = new CopyOnWriteArrayList<>();
    private final FastThreadLocal<TrafficCell> ownCell = new FastThreadLocal<>() {
        @Override
        protected TrafficCell initialValue() {
            var cell = new TrafficCell();
            cells.add(cell);
            return cell;
        }
    };

    private volatile byte[] stat;
    private long reportedAt;
    private Counts reported = Counts.ZERO;

    /**
     * @param podName the pod's name as the autoscaler knows it
     * @param nanoClock a monotonic clock in nanoseconds, such as {@code System::nanoTime}
     * @throws IllegalArgumentException if the pod name does not fit a Stat
     */
    public Traffic(String podName, LongSupplier nanoClock) {
        this.podName = podName;
        this.nanoClock = nanoClock;
        this.startedAt = nanoClock.getAsLong();
        this.reportedAt = startedAt;
        this.stat = Stat.initial(podName).encode();
    }

    /** A request has arrived. Event loop only. */
    public void arrived(boolean viaActivator) {
        ownCell.get().arrived(nanoClock.getAsLong(), viaActivator);
    }

    /** A request that has arrived is completely done. Event loop only, exactly once per arrival, with the same flag. */
    public void finished(boolean viaActivator) {
        ownCell.get().finished(nanoClock.getAsLong(), viaActivator);
    }

    /** Requests that have arrived and not finished. Any thread. */
    public long inFlight() {
        // An end may be seen before its arrival, when the two are in different cells.
        return Math.max(0, sum(TrafficCell::read).open());
    }

    /** Requests that have arrived since the start. Any thread. */
    public long arrivals() {
        return sum(TrafficCell::read).arrived();
    }

    /** Makes the next Stat of what has happened since the last one. Once a second, always by the same thread. */
    public void report() {
        long now = nanoClock.getAsLong();
        long period = now - reportedAt;
        if (period <= 0) {
            return;
        }
        Counts counts = sum(TrafficCell::report);
        // Upstream divides by its nominal period of 1 s, so that three arrivals read 3.0 whatever the timer's jitter;
        // after a stall of several seconds that would report a burst that never was.
        double seconds = Math.max(1, Math.rint(period / NANOS_PER_SECOND));
        stat = new Stat(
                        podName,
                        mean(
                                requestTime(counts.open(), counts.moments(), now)
                                        - requestTime(reported.open(), reported.moments(), reportedAt),
                                period),
                        mean(
                                requestTime(counts.proxiedOpen(), counts.proxiedMoments(), now)
                                        - requestTime(reported.proxiedOpen(), reported.proxiedMoments(), reportedAt),
                                period),
                        (counts.arrived() - reported.arrived()) / seconds,
                        (counts.proxiedArrived() - reported.proxiedArrived()) / seconds,
                        (now - startedAt) / NANOS_PER_SECOND)
                .encode();
        reported = counts;
        reportedAt = now;
    }

    /** The encoded Stat of the last full period; before the first one the pod's name alone. Any thread; not to be changed. */
    byte[] stat() {
        return stat;
    }

    private static long requestTime(long open, long moments, long now) {
        return open * now - moments;
    }

    private static double mean(long requestTime, long period) {
        // A request counted between the reading of the clock and that of its cell would make a quiet period negative by
        // some nanoseconds; it is made good in the next one.
        return Math.max(0, requestTime) / (double) period;
    }

    private Counts sum(Function<TrafficCell, Counts> reading) {
        Counts sum = Counts.ZERO;
        for (TrafficCell cell : cells) {
            sum = sum.plus(reading.apply(cell));
        }
        return sum;
    }
}
