package dev.baton.metrics;

import dev.baton.metrics.Family.Kind;
import dev.baton.metrics.RequestMetrics.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The names since 1.21: {@code kn.serving.*} (knative.dev/serving {@code request_metric.go}) and OpenTelemetry's
 * {@code http.server.*} and {@code http.client.*}.
 *
 * @param userAddress where the user's program listens
 */
public record KnativeNames(String userAddress, int userPort) implements FamilyNames {
    private static final String SERVING = "knative.dev/serving/pkg/queue";
    static final String HTTP = "dev.baton";

    @Override
    public void addTo(List<Family> families, Sums sums) {
        client(families, "http.client.request.body.size", "By", "Size of HTTP client request bodies.", sums, 1);
        client(families, "http.client.request.duration", "s", "Duration of HTTP client requests.", sums, 0);
        server(families, "http.server.request.body.size", "By", "Size of HTTP server request bodies.", sums, 1);
        server(families, "http.server.request.duration", "s", "Duration of HTTP server requests.", sums, 0);
        server(families, "http.server.response.body.size", "By", "Size of HTTP server response bodies.", sums, 2);
        List<Point> invocations = new ArrayList<>();
        sums.invocations()
                .forEach((status, spread) -> invocations.add(
                        new Point.Spread(List.of(Label.of("http.response.status_code", status)), spread)));
        families.add(new Family(
                "kn.serving.invocation.duration",
                "s",
                "The duration of task execution",
                Kind.HISTOGRAM,
                false,
                SERVING,
                invocations));
        families.add(new Family(
                "kn.serving.queue.depth",
                "{request}",
                "Number of current requests in the queue",
                Kind.GAUGE,
                true,
                SERVING,
                sums.depthKnown() ? List.of(new Point.Value(List.of(), sums.depth())) : List.of()));
    }

    private static void server(List<Family> families, String name, String unit, String help, Sums sums, int which) {
        List<Point> points = new ArrayList<>(sums.servers().size());
        for (Map.Entry<ServerKey, Distribution[]> series : sums.servers().entrySet()) {
            points.add(new Point.Spread(series.getKey().labels(), series.getValue()[which]));
        }
        families.add(new Family(name, unit, help, Kind.HISTOGRAM, which > 0, HTTP, points));
    }

    private void client(List<Family> families, String name, String unit, String help, Sums sums, int which) {
        List<Point> points = new ArrayList<>(sums.clients().size());
        for (Map.Entry<ClientKey, Distribution[]> series : sums.clients().entrySet()) {
            points.add(new Point.Spread(series.getKey().labels(userAddress, userPort), series.getValue()[which]));
        }
        families.add(new Family(name, unit, help, Kind.HISTOGRAM, which > 0, HTTP, points));
    }
}
