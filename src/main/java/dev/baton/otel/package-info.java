/** Metrics and traces to a collector by OpenTelemetry's SDK, whose classes nothing else touches. */
@NullMarked
package dev.baton.otel;

import org.jspecify.annotations.NullMarked;
