package dev.baton.otel;

import dev.baton.metrics.Spans;
import dev.baton.metrics.Tracing;
import io.opentelemetry.api.trace.Tracer;

/** Makes spans by the SDK. */
record SdkTracing(Tracer http, Tracer queue, int userPort, String userAddress) implements Tracing {
    @Override
    public Spans connection() {
        return new SdkSpans(this);
    }
}
