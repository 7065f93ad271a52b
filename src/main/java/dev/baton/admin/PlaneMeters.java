package dev.baton.admin;

import dev.baton.telemetry.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The request plane's plain counters as {@code baton.*} meters: read when scraped, nothing is recorded per request. */
final class PlaneMeters implements MeterBinder {
    private final Traffic traffic;

    PlaneMeters(Traffic traffic) {
        this.traffic = traffic;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("baton.requests", traffic, Traffic::arrivals)
                .description("Requests that arrived on the main port, health checks left out")
                .register(registry);
        Gauge.builder("baton.requests.in.flight", traffic, Traffic::inFlight)
                .description("Requests on the main port that are not completely done")
                .register(registry);
    }
}
