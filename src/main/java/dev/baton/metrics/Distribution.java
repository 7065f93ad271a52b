package dev.baton.metrics;

/** What the histograms of all event loops come to at one moment. Filled by one thread, unchanged from then on. */
public final class Distribution {
    private final Buckets buckets;
    private final long[] counts;
    private long sum;

    Distribution(Buckets buckets) {
        this.buckets = buckets;
        counts = new long[buckets.count()];
    }

    void add(int bucket, long count) {
        counts[bucket] += count;
    }

    void addSum(long value) {
        sum += value;
    }

    public Buckets buckets() {
        return buckets;
    }

    /** Values in the bucket with this number alone, the last being the infinite one. */
    public long count(int bucket) {
        return counts[bucket];
    }

    /** Values in all buckets. */
    public long count() {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        return all;
    }

    /** In the unit of the bounds. */
    public double sum() {
        return buckets.told(sum);
    }
}
