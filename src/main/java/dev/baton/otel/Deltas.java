package dev.baton.otel;

import dev.baton.metrics.Label;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes of totals that only grow what has come since they were last looked at. One thread at a time. */
final class Deltas {
    private record Series(String family, List<Label> labels) {}

    private final Map<Series, double[]> lastTotals = new HashMap<>();

    /**
     * What was added to each total of a series since the last call for it; everything at the first one.
     *
     * @param totals as many as last time; kept, not to be changed
     */
    double[] since(String family, List<Label> labels, double... totals) {
        double[] added = totals.clone();
        double[] before = lastTotals.put(new Series(family, labels), totals);
        if (before != null) {
            for (int i = 0; i < added.length; i++) {
                added[i] -= before[i];
            }
        }
        return added;
    }
}
