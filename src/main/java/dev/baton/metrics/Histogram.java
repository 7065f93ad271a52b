package dev.baton.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of one thread, which alone writes; any thread may read. Recording costs a search and two stores, and no locked
 * instruction. A reader may see a value counted whose sum it does not see yet.
 */
final class Histogram {
    private final Buckets buckets;
    /** One for each bucket, then the sum. */
    private final AtomicLongArray cells;

    Histogram(Buckets buckets) {
        this.buckets = buckets;
        cells = new AtomicLongArray(buckets.count() + 1);
    }

    /** The owning thread only. */
    void record(long value) {
        add(buckets.of(value), 1);
        add(buckets.count(), value);
    }

    private void add(int cell, long by) {
        cells.setOpaque(cell, cells.getPlain(cell) + by);
    }

    /** Adds what has been recorded to {@code counts}. Any thread. */
    void addTo(Distribution counts) {
        for (int i = 0; i < buckets.count(); i++) {
            counts.add(i, cells.getOpaque(i));
        }
        counts.addSum(cells.getOpaque(buckets.count()));
    }

    Buckets buckets() {
        return buckets;
    }
}
