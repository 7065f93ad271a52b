package dev.baton.metrics;

import dev.baton.metrics.Family.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the listener for scrapes tells of itself, under the names of Go's client (client_golang {@code promhttp}). Any thread. */
final class Scrapes {
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    void begin() {
        running.incrementAndGet();
    }

    /** @param status 200, 500 or 503: there are no others */
    void end(int status) {
        running.decrementAndGet();
        switch (status) {
            case 200 -> told.incrementAndGet();
            case 503 -> refused.incrementAndGet();
            default -> failed.incrementAndGet();
        }
    }

    /** With the scrape that asks among those that run. */
    List<Family> families() {
        return List.of(
                new Family(
                        "promhttp_metric_handler_requests_in_flight",
                        "",
                        "Current number of scrapes being served.",
                        Kind.GAUGE,
                        true,
                        "",
                        List.of(new Point.Value(List.of(), running.get()))),
                new Family(
                        "promhttp_metric_handler_requests_total",
                        "",
                        "Total number of scrapes by HTTP status code.",
                        Kind.COUNTER,
                        true,
                        "",
                        List.of(of("200", told), of("500", failed), of("503", refused))));
    }

    private static Point of(String code, AtomicLong count) {
        return new Point.Value(List.of(Label.of("code", code)), count.get());
    }
}
