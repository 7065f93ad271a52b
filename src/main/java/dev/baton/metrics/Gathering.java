package dev.baton.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All there is to tell, at one moment: the request path and the process around it. Any thread but an event loop. */
public final class Gathering {
    private final RequestMetrics requests;
    private final FamilyNames names;
    private final List<Label> resource;
    private final long runtimeNanos;
    /** Of the runtime, as it was last read; guarded by this. */
    private List<Family> runtime = List.of();

    private long runtimeReadAt;

    /**
     * @param resource who is measured
     * @param runtimeInterval the runtime is not read again before this is over: reading it costs more than all else
     */
    public Gathering(RequestMetrics requests, FamilyNames names, List<Label> resource, Duration runtimeInterval) {
        this.requests = requests;
        this.names = names;
        this.resource = List.copyOf(resource);
        this.runtimeNanos = runtimeInterval.toNanos();
    }

    /** What goes to a collector. */
    public List<Family> families() {
        List<Family> families = new ArrayList<>(requests.collect(names));
        if (!requests.openCensus()) {
            families.addAll(runtime());
            families.removeIf(family -> family.points().isEmpty());
        }
        return families;
    }

    private synchronized List<Family> runtime() {
        long now = System.nanoTime();
        if (runtime.isEmpty() || now - runtimeReadAt >= runtimeNanos) {
            List<Family> read = new ArrayList<>();
            JvmFamilies.addTo(read);
            runtime = List.copyOf(read);
            runtimeReadAt = now;
        }
        return runtime;
    }

    /** What a scraper gets. */
    String exposition(Scrapes scrapes) {
        List<Family> families = families();
        ProcessFamilies.addTo(families);
        families.addAll(scrapes.families());
        return Exposition.of(families, requests.openCensus() ? List.of() : resource);
    }
}
