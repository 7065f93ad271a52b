package dev.baton.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * What tells one series of {@code http.server.*} from another (OpenTelemetry's semantic conventions 1.41 for HTTP servers).
 *
 * @param host the Host field as it came
 * @param tag the route's tag
 */
record ServerKey(String method, boolean tls, String host, String version, int status, String tag) {
    /** Stands for all that there is no room for. */
    static final ServerKey OVERFLOW = new ServerKey("", false, "", "", 0, "");

    List<Label> labels() {
        if (equals(OVERFLOW)) {
            return List.of(Label.of("otel.metric.overflow", "true"));
        }
        int colon = host.lastIndexOf(':');
        int bracket = host.lastIndexOf(']');
        boolean portGiven = colon > bracket;
        String address = portGiven ? host.substring(0, colon) : host;
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        int port = portGiven ? port(host, colon + 1) : -1;
        List<Label> labels = new ArrayList<>(9);
        labels.add(Label.of("http.request.method", method));
        labels.add(Label.of("http.response.status_code", status));
        labels.add(Label.of("kn.route.tag", tag));
        labels.add(Label.of("network.protocol.name", "http"));
        labels.add(Label.of("network.protocol.version", version));
        labels.add(Label.of("server.address", address));
        if (port > 0 && port != (tls ? 443 : 80)) {
            labels.add(Label.of("server.port", port));
        }
        labels.add(Label.of("url.scheme", tls ? "https" : "http"));
        return labels;
    }

    /** The labels of {@code revision_request_*}: status and tag alone. */
    List<Label> openCensusLabels() {
        return List.of(
                Label.of("response_code", Integer.toString(status)),
                Label.of("response_code_class", status / 100 + "xx"),
                Label.of("route_tag", openCensusTag()));
    }

    private String openCensusTag() {
        return switch (tag) {
            case RouteTag.DISABLED -> "DISABLED";
            case RouteTag.DEFAULT -> "DEFAULT";
            case RouteTag.UNDEFINED -> "UNDEFINED";
            default -> tag;
        };
    }

    private static int port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            port = port * 10 + digit;
            if (port > 65535) {
                return -1;
            }
        }
        return port;
    }
}
