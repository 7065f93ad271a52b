package dev.baton.otel;

import dev.baton.metrics.Spans;
import dev.baton.metrics.Tracing;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.TextMapPropagator;

/**
 * Makes spans by the SDK.
 *
 * @param propagator how a request names its trace
 */
record SdkTracing(Tracer http, Tracer queue, TextMapPropagator propagator, int userPort, String userAddress)
        implements Tracing {
    @Override
    public Spans connection() {
        return new SdkSpans(this);
    }
}
