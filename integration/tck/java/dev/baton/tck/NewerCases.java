package dev.baton.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What versions newer than the reference do, as observed on the wire of one built from their source: each answer is held
 * against a transcript.
 */
final class NewerCases {
    private NewerCases() {}

    private static String get(String path) {
        return "GET " + path + SidecarCases.HOST + "\r\n";
    }

    static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(new Group(
                "newer: overall timeout",
                Map.of("REVISION_TIMEOUT_SECONDS", "2"),
                List.of(
                        request("newer/timeout-in-a-chunked-response", get("/ticks/5")),
                        Case.newer("newer/timeout-in-a-sized-response", "4.6b", stand -> {
                            Message cut = SidecarCases.exchange(Sidecar.MAIN, get("/sized-ticks"));
                            return List.of(cut.start(), cut.whole() ? "whole" : "cut off");
                        }),
                        Case.newer("newer/timeout-log", "4.6b", stand -> {
                            SidecarCases.exchange(Sidecar.MAIN, get("/sleep/2600"));
                            return SidecarCases.said(stand, "Request timeout: 2s");
                        }))));
        groups.add(new Group(
                "newer: other timeouts",
                Map.of(
                        "REVISION_RESPONSE_START_TIMEOUT_SECONDS",
                        "1",
                        "REVISION_IDLE_TIMEOUT_SECONDS",
                        "3",
                        "REVISION_TIMEOUT_SECONDS",
                        "20"),
                List.of(Case.newer("newer/response-start-log", "4.6b", stand -> {
                    SidecarCases.exchange(Sidecar.MAIN, get("/sleep/1600"));
                    return SidecarCases.said(stand, "Response start timeout: 1s");
                }))));
        groups.add(new Group(
                "newer: idle timeout",
                Map.of("REVISION_IDLE_TIMEOUT_SECONDS", "1", "REVISION_TIMEOUT_SECONDS", "20"),
                List.of(Case.newer("newer/idle-log", "4.6b", stand -> {
                    SidecarCases.exchange(Sidecar.MAIN, get("/sleep/1600"));
                    return SidecarCases.said(stand, "Idle timeout: 1s");
                }))));
        groups.add(startUp());
        return groups;
    }

    private static Case request(String id, String octets) {
        return Case.newer(id, "4.6b", stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                return wire.send(octets).answers(1, false);
            }
        });
    }

    private static Group startUp() {
        String[][] rows = {
            {"bad-observability-json", "OBSERVABILITY_CONFIG", "{"},
            {
                "unknown-metrics-protocol",
                "OBSERVABILITY_CONFIG",
                "{\"requestMetrics\":{\"protocol\":\"carrier-pigeon\"}}"
            },
            {
                "prometheus-without-port",
                "OBSERVABILITY_CONFIG",
                "{\"requestMetrics\":{\"protocol\":\"prometheus\",\"endpoint\":\"nowhere\"}}"
            },
            {"tls-unknown-version", "QUEUE_PROXY_TLS_MIN_VERSION", "1.1"},
            {"tls-unknown-maximum", "QUEUE_PROXY_TLS_MAX_VERSION", "2"},
            {"tls-unknown-suite", "QUEUE_PROXY_TLS_CIPHER_SUITES", "TLS_MADE_UP"},
            {"tls-unknown-curve", "QUEUE_PROXY_TLS_CURVE_PREFERENCES", "P-1"},
        };
        List<Case> cases = new ArrayList<>();
        for (String[] row : rows) {
            cases.add(Case.newer("newer/start-" + row[0], "1.3", stand -> {
                try (Sidecar sidecar = Sidecar.launch(
                        stand.command(), stand.app().port(), Map.of(row[1], row[2], "OTEL_SERVICE_NAME", "x"))) {
                    return List.of("exit " + sidecar.exitCode(Duration.ofSeconds(15)));
                }
            }));
        }
        return new Group("newer: start-up failures", Map.of(), true, cases);
    }
}
