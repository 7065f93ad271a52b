package dev.baton.tools;

import java.util.Arrays;
import java.util.Locale;

/** Repeated measurements of one thing. */
public record Spread(double median, double min, double max, int count) {
    public static Spread of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        return new Spread(median, sorted[0], sorted[n - 1], n);
    }

    /** "12.3 [11.0-15.2]" */
    @Override
    public String toString() {
        return format(median) + " [" + format(min) + "-" + format(max) + "]";
    }

    private static String format(double value) {
        String pattern = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f";
        return String.format(Locale.ROOT, pattern, value);
    }
}
