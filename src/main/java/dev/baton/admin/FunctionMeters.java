package dev.baton.admin;

import dev.baton.wasm.CallCounts;
import dev.baton.wasm.FunctionHost;
import dev.baton.wasm.FunctionState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The function host's plain counters as {@code baton.function.*} meters, beside {@link PlaneMeters}; there only where functions run. Calls
 * of neighbours are {@code baton.calls} with the path neighbour, like every other invoke.
 */
public final class FunctionMeters implements MeterBinder {
    private final FunctionHost host;
    private final Set<CallCounts.Ended> registered = new HashSet<>();
    private final Set<String> timed = new HashSet<>();
    private @Nullable MeterRegistry registry;

    /** @param host whom the caller holds: meters hold it weakly */
    public FunctionMeters(FunctionHost host) {
        this.host = host;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        this.registry = registry;
        gauge(registry, "calls.open", "Calls that run or wait for a thread", h -> h.figures()
                .calls());
        gauge(registry, "threads", "Threads of guests", h -> h.figures().threads());
        gauge(registry, "instances", "Instances of modules", h -> h.figures().instances());
        gauge(registry, "instances.idle", "Instances that wait for a call", h -> h.figures()
                .idleInstances());
        gauge(registry, "memory.used.bytes", "Linear memory that all functions occupy at most", h -> h.memory()
                .charged());
        gauge(registry, "memory.idle.bytes", "Of this, memory kept for the next instance", h -> h.memory()
                .warm());
        gauge(registry, "memory.limit.bytes", "What all functions may occupy", h -> h.memory()
                .budget());
        for (FunctionState state : FunctionState.values()) {
            Gauge.builder("baton.function.modules", host, h -> modules(h, state))
                    .description("Modules by state")
                    .tags("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private static double modules(FunctionHost host, FunctionState state) {
        int count = 0;
        for (FunctionHost.Status function : host.functions()) {
            count += function.state() == state ? 1 : 0;
        }
        return count;
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<FunctionHost> value) {
        Gauge.builder("baton.function." + name, host, value)
                .description(description)
                .register(registry);
    }

    /** Adds the meters of outcomes that have come for the first time, as {@link PlaneMeters#addCalls} does. About once a second, on any thread. */
    public synchronized void addCalls() {
        MeterRegistry bound = registry;
        if (bound == null) {
            return;
        }
        for (CallCounts counts : host.counts()) {
            for (CallCounts.Ended ended : counts.endings()) {
                if (ended.calls() > 0 && registered.add(ended)) {
                    addCall(bound, counts, ended);
                }
            }
        }
    }

    private void addCall(MeterRegistry bound, CallCounts counts, CallCounts.Ended ended) {
        FunctionTimer.builder(
                        "baton.function.calls",
                        ended,
                        CallCounts.Ended::calls,
                        CallCounts.Ended::nanos,
                        TimeUnit.NANOSECONDS)
                .description("Calls of Wasm functions from outside")
                .tags(Tags.of("function", counts.function(), "outcome", ended.outcome()))
                .register(bound);
        if (timed.add(counts.function())) {
            FunctionCounter.builder("baton.function.guest", counts, c -> c.guestNanos() / 1e9)
                    .baseUnit("seconds")
                    .description("Time that guests ran, without waiting for bodies")
                    .tags("function", counts.function())
                    .register(bound);
        }
    }
}
