package dev.baton.metrics;

import dev.baton.metrics.RequestMetrics.Sums;
import java.util.List;

/** Under which names and labels the request path's sums are told. */
public sealed interface FamilyNames permits KnativeNames, OpenCensusNames {
    void addTo(List<Family> families, Sums sums);
}
