package dev.baton.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * What tells one series of {@code http.client.*} from another.
 *
 * @param status 0 if there was no answer
 * @param error what went wrong instead, in the names that Go's instrumentation gives; else empty
 * @param tag the route's tag; empty for probes
 */
record ClientKey(String method, String version, int status, String error, String tag) {
    static final ClientKey OVERFLOW = new ClientKey("", "", 0, "", "");

    List<Label> labels(String address, int port) {
        if (equals(OVERFLOW)) {
            return List.of(Label.of("otel.metric.overflow", "true"));
        }
        List<Label> labels = new ArrayList<>(9);
        if (!error.isEmpty()) {
            labels.add(Label.of("error.type", error));
        }
        labels.add(Label.of("http.request.method", method));
        if (status > 0) {
            labels.add(Label.of("http.response.status_code", status));
        }
        if (!tag.isEmpty()) {
            labels.add(Label.of("kn.route.tag", tag));
        }
        labels.add(Label.of("network.protocol.name", "http"));
        labels.add(Label.of("network.protocol.version", version));
        labels.add(Label.of("server.address", address));
        if (port != 80) {
            labels.add(Label.of("server.port", port));
        }
        labels.add(Label.of("url.scheme", "http"));
        return labels;
    }
}
