package dev.baton.metrics;

import java.util.List;

/**
 * One metric at one moment.
 *
 * @param name in OpenTelemetry's spelling, with dots; a name without dots is told as it is
 * @param unit a UCUM code, such as {@code s}, {@code By}, {@code {request}}
 * @param whole its values are whole numbers
 * @param scope who measures; empty for metrics that Prometheus knows without a scope, and that are not exported otherwise
 */
public record Family(
        String name, String unit, String help, Kind kind, boolean whole, String scope, List<Point> points) {
    /** How values of the family relate to each other over time. */
    public enum Kind {
        /** Only grows. */
        COUNTER,
        /** Sums of several series make sense. */
        UP_DOWN_COUNTER,
        GAUGE,
        HISTOGRAM
    }
}
