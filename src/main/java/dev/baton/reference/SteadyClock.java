package dev.baton.reference;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time that passes evenly, for ages of keys: read once from the wall clock, then counted by the monotonic one, so that no
 * setting of the clock retires a key early or keeps a new one waiting. Any thread. Not for the expiry of references, which
 * other pods wrote by their wall clocks.
 */
public final class SteadyClock implements InstantSource {
    private final Instant start;
    private final LongSupplier nanos;
    private final long startNanos;

    /** From now on, by {@link System#nanoTime()}. */
    public SteadyClock() {
        this(InstantSource.system(), System::nanoTime);
    }

    SteadyClock(InstantSource wall, LongSupplier nanos) {
        this.start = wall.instant();
        this.nanos = nanos;
        this.startNanos = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return start.plusNanos(nanos.getAsLong() - startNanos);
    }
}
