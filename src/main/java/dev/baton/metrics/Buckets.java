package dev.baton.metrics;

import java.util.List;

/**
 * How a histogram sorts the whole numbers that it is given.
 *
 * <p>Durations are given in nanoseconds and told in seconds, or given and told in milliseconds; sizes are given and told in bytes.
 */
public final class Buckets {
    /** In seconds; OpenTelemetry's advice for HTTP durations and Knative's own bounds. */
    static final Buckets SECONDS =
            scaled(1e9, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);

    /** In bytes; the default bounds of OpenTelemetry's SDKs. */
    static final Buckets BYTES = scaled(1, 0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000);

    /** In milliseconds, as the queue-proxy had them before 1.19: OpenCensus counts a value that is a bound above it. */
    static final Buckets MILLIS = below(
            5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 2000, 5000,
            10000, 20000, 50000, 100000);

    private final long[] largest;
    private final List<Double> bounds;
    private final double scale;

    private Buckets(long[] largest, List<Double> bounds, double scale) {
        this.largest = largest;
        this.bounds = bounds;
        this.scale = scale;
    }

    private static Buckets scaled(double scale, double... bounds) {
        long[] largest = new long[bounds.length];
        Double[] boxed = new Double[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            largest[i] = Math.round(bounds[i] * scale);
            boxed[i] = bounds[i];
        }
        return new Buckets(largest, List.of(boxed), scale);
    }

    private static Buckets below(long... bounds) {
        long[] largest = new long[bounds.length];
        Double[] boxed = new Double[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            largest[i] = bounds[i] - 1;
            boxed[i] = (double) bounds[i];
        }
        return new Buckets(largest, List.of(boxed), 1);
    }

    /** Upper bounds as they are told, without the last, infinite one. */
    public List<Double> bounds() {
        return bounds;
    }

    double told(long given) {
        return given / scale;
    }

    int count() {
        return largest.length + 1;
    }

    /** Most values are small: from the left. */
    int of(long value) {
        int at = 0;
        while (at < largest.length && value > largest[at]) {
            at++;
        }
        return at;
    }
}
