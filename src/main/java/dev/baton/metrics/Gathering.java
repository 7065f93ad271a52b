package dev.baton.metrics;

import java.util.ArrayList;
import java.util.List;

/** All there is to tell, at one moment: the request path and the process around it. Any thread but an event loop. */
public final class Gathering {
    private final RequestMetrics requests;
    private final FamilyNames names;
    private final List<Label> resource;

    /** @param resource who is measured */
    public Gathering(RequestMetrics requests, FamilyNames names, List<Label> resource) {
        this.requests = requests;
        this.names = names;
        this.resource = List.copyOf(resource);
    }

    /** What goes to a collector. */
    public List<Family> families() {
        List<Family> families = new ArrayList<>(requests.collect(names));
        if (!requests.openCensus()) {
            JvmFamilies.addTo(families);
            families.removeIf(family -> family.points().isEmpty());
        }
        return families;
    }

    /** What a scraper gets. */
    String exposition() {
        List<Family> families = families();
        ProcessFamilies.addTo(families);
        return Exposition.of(families, requests.openCensus() ? List.of() : resource);
    }
}
