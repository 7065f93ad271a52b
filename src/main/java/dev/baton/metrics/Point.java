package dev.baton.metrics;

import java.util.List;

/** One series at one moment. */
public sealed interface Point {
    /** In the order of their names. */
    List<Label> labels();

    /** A count or a level. */
    record Value(List<Label> labels, double value) implements Point {}

    /** Many values, in buckets. */
    record Spread(List<Label> labels, Distribution distribution) implements Point {}
}
