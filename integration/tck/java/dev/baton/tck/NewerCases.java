package dev.baton.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What versions newer than the reference do: each answer is held against a transcript, whose head says where it comes from. */
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
        groups.add(new Group(
                "newer: user metrics",
                Map.of(
                        "CONTAINER_CONCURRENCY",
                        "10",
                        "OBSERVABILITY_CONFIG",
                        "{\"requestMetrics\":{\"protocol\":\"prometheus\"}}"),
                userMetrics()));
        groups.add(new Group(
                "newer: user metrics and limits",
                Map.of(
                        "REVISION_TIMEOUT_SECONDS",
                        "1",
                        "OBSERVABILITY_CONFIG",
                        "{\"requestMetrics\":{\"protocol\":\"prometheus\"}}"),
                List.of(Case.newer("newer/metrics-status-of-a-timeout", "6.3", NewerCases::statusOfATimeout))));
        groups.add(startUp());
        groups.add(TlsCases.group());
        return groups;
    }

    private static List<Case> userMetrics() {
        return List.of(
                Case.newer("newer/metrics-names", "6.4", stand -> scrape(stand)
                        .filter(line -> line.startsWith("# TYPE "))
                        .map(line -> line.substring(7))
                        // What the runtime itself adds is another matter in Go than in Java.
                        .filter(line -> !line.matches("(go|jvm|process|promhttp|baton)_.*"))
                        .sorted()
                        .toList()),
                Case.newer("newer/metrics-labels", "6.3", stand -> {
                    List<String> lines = new ArrayList<>(scrape(stand)
                            .filter(line -> line.matches("(kn|http)_.*_count\\{.*"))
                            .map(line -> line.replaceAll("=\"[^\"]*\"", "").replaceFirst("\\}.*", "}"))
                            .sorted()
                            .distinct()
                            .toList());
                    scrape(stand)
                            .filter(line -> line.startsWith("kn_") && line.contains("_count{"))
                            .map(line -> line.replaceFirst(".*(http_response_status_code=\"\\d+\").*", "$1"))
                            .forEach(lines::add);
                    return lines;
                }),
                Case.newer(
                        "newer/metrics-seconds-buckets",
                        "6.3",
                        stand -> buckets(stand, "kn_serving_invocation_duration_seconds")),
                Case.newer(
                        "newer/metrics-bytes-buckets",
                        "6.3",
                        stand -> buckets(stand, "http_server_response_body_size_bytes")),
                Case.newer("newer/metrics-type", "6.4", stand -> {
                    Message answer = SidecarCases.exchange(Sidecar.USER_METRICS, get("/metrics"));
                    return List.of(answer.start(), "content-type: " + answer.first("content-type"));
                }),
                Case.newer("newer/metrics-post", "2", stand -> {
                    String post = "POST /metrics" + SidecarCases.HOST + "Content-Length: 0\r\n\r\n";
                    return List.of(
                            SidecarCases.exchange(Sidecar.USER_METRICS, post).start());
                }));
    }

    private static List<String> buckets(Stand stand, String name) throws Exception {
        return scrape(stand)
                .filter(line -> line.startsWith(name + "_bucket"))
                .map(line -> line.replaceFirst(".*le=\"([^\"]*)\".*", "$1"))
                .distinct()
                .toList();
    }

    /** What 9091 says after a request, whose Host has a port other than the usual one, as only then there is a label for it. */
    private static Stream<String> scrape(Stand stand) throws Exception {
        stand.sidecar().awaitPorts(Sidecar.USER_METRICS);
        SidecarCases.exchange(Sidecar.MAIN, "GET /status/201 HTTP/1.1\r\nHost: fn.test:8080\r\n\r\n");
        return SidecarCases.exchange(Sidecar.USER_METRICS, get("/metrics"))
                .body()
                .lines();
    }

    private static List<String> statusOfATimeout(Stand stand) throws Exception {
        stand.sidecar().awaitPorts(Sidecar.USER_METRICS);
        List<String> lines = new ArrayList<>();
        lines.add(SidecarCases.exchange(Sidecar.MAIN, get("/sleep/1600")).start());
        SidecarCases.exchange(Sidecar.USER_METRICS, get("/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith("kn_serving_invocation_duration_seconds_count{"))
                .map(line -> "kn_serving_invocation_duration_seconds of "
                        + line.replaceFirst(".*http_response_status_code=\"(\\d+)\".*", "$1"))
                .forEach(lines::add);
        return lines;
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
                    return List.of(
                            "exit " + sidecar.exitCode(Duration.ofSeconds(15)),
                            StartCases.fatalLines(sidecar) + " fatal line");
                }
            }));
        }
        return new Group("newer: start-up failures", Map.of(), true, cases);
    }
}
