package dev.baton.metrics;

import dev.baton.config.Identity;
import dev.baton.metrics.Family.Kind;
import dev.baton.metrics.RequestMetrics.Sums;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The names before 1.19, which older dashboards query: {@code revision_*}, in milliseconds, the revision in each label set. */
public final class OpenCensusNames implements FamilyNames {
    private static final String LATENCY = "The response time in millisecond";

    private final List<Label> common;

    public OpenCensusNames(Identity identity) {
        common = List.of(
                Label.of("configuration_name", identity.configuration()),
                Label.of("container_name", "queue-proxy"),
                Label.of("namespace_name", identity.namespace()),
                Label.of("pod_name", identity.pod()),
                Label.of("revision_name", identity.revision()),
                Label.of("service_name", identity.service()));
    }

    @Override
    public void addTo(List<Family> families, Sums sums) {
        List<Point> appCounts = new ArrayList<>();
        List<Point> appLatencies = new ArrayList<>();
        for (Map.Entry<Integer, Distribution> series : sums.invocations().entrySet()) {
            int status = series.getKey();
            List<Label> labels = labels(List.of(
                    Label.of("response_code", Integer.toString(status)),
                    Label.of("response_code_class", status / 100 + "xx")));
            appCounts.add(new Point.Value(labels, series.getValue().count()));
            appLatencies.add(new Point.Spread(labels, series.getValue()));
        }
        List<Point> counts = new ArrayList<>();
        List<Point> latencies = new ArrayList<>();
        for (Map.Entry<ServerKey, Distribution[]> series : sums.servers().entrySet()) {
            List<Label> labels = labels(series.getKey().openCensusLabels());
            Distribution spread = series.getValue()[0];
            counts.add(new Point.Value(labels, spread.count()));
            latencies.add(new Point.Spread(labels, spread));
        }
        add(
                families,
                "revision_app_request_count",
                "The number of requests that are routed to user-container",
                Kind.COUNTER,
                appCounts);
        add(families, "revision_app_request_latencies", LATENCY, Kind.HISTOGRAM, appLatencies);
        add(
                families,
                "revision_queue_depth",
                "The number of items queued at this queue proxy.",
                Kind.GAUGE,
                sums.depthKnown()
                        ? List.of(new Point.Value(
                                labels(List.of(Label.of("response_code", ""), Label.of("response_code_class", ""))),
                                sums.depth()))
                        : List.of());
        add(
                families,
                "revision_request_count",
                "The number of requests that are routed to queue-proxy",
                Kind.COUNTER,
                counts);
        add(families, "revision_request_latencies", LATENCY, Kind.HISTOGRAM, latencies);
    }

    private static void add(List<Family> families, String name, String help, Kind kind, List<Point> points) {
        families.add(new Family(name, "", help, kind, true, "", points));
    }

    private List<Label> labels(List<Label> own) {
        List<Label> labels = new ArrayList<>(common);
        labels.addAll(own);
        labels.sort(Comparator.comparing(Label::name));
        return labels;
    }
}
