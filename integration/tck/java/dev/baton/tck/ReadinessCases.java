package dev.baton.tck;

import static dev.baton.tck.Case.raw;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Section 5: what the sidecar asks the user's program before it calls itself ready. */
final class ReadinessCases {
    private static final String NOW_AND_THEN = ",\"periodSeconds\":1,\"timeoutSeconds\":1}";
    /** Long enough for the first connection of a process on a busy machine. */
    private static final String PATIENTLY = ",\"periodSeconds\":1,\"timeoutSeconds\":5}";

    /** In which of Go's two timers' words a limit is told is chance. */
    private static final String CANCELED =
            "net/http: request canceled( while waiting for connection)? \\(Client\\.Timeout";

    private static final String TCP = "{\"tcpSocket\":{\"port\":0,\"host\":\"127.0.0.1\"}";
    private static final String CLOSED = "{\"tcpSocket\":{\"port\":1,\"host\":\"127.0.0.1\"}";

    private ReadinessCases() {}

    private static String http(String path, String more) {
        return "{\"httpGet\":{\"path\":\"" + path + "\",\"port\":0,\"host\":\"127.0.0.1\",\"scheme\":\"HTTP\"" + more
                + "}";
    }

    static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(group("http", true, Map.of(), http("/ready", "") + NOW_AND_THEN));
        groups.add(group("http-redirect", true, Map.of(), http("/moved", "") + NOW_AND_THEN));
        groups.add(group(
                "http-fields",
                false,
                Map.of(),
                http("/ready-fields", ",\"httpHeaders\":[{\"name\":\"X-Probe\",\"value\":\"yes\"}]") + NOW_AND_THEN));
        groups.add(group(
                "http-own-fields",
                false,
                Map.of(),
                http(
                                "/ready-own",
                                ",\"httpHeaders\":[{\"name\":\"Host\",\"value\":\"other.test\"},"
                                        + "{\"name\":\"User-Agent\",\"value\":\"mine\"},{\"name\":\"x-low\",\"value\":\"1\"},"
                                        + "{\"name\":\"X-Twice\",\"value\":\"1\"},{\"name\":\"X-Twice\",\"value\":\"2\"}]")
                        + NOW_AND_THEN));
        groups.add(group("http-query", false, Map.of(), http("/ready?a=b%20c&d", "") + NOW_AND_THEN));
        groups.add(group(
                "unknown-field", false, Map.of(), http("/ready", "") + ",\"unknown\":{\"a\":[1]}" + NOW_AND_THEN));
        groups.add(group(
                "https-to-plain", false, Map.of(), http("/ready", "").replace("\"HTTP\"", "\"HTTPS\"") + NOW_AND_THEN));
        for (String status : List.of("204", "301", "400", "500", "503")) {
            groups.add(group("http-status-" + status, false, Map.of(), http("/status/" + status, "") + NOW_AND_THEN));
        }
        for (String redirect : List.of("301", "303", "307", "308")) {
            groups.add(group("http-redirect-" + redirect, false, Map.of(), http("/to/" + redirect, "") + NOW_AND_THEN));
        }
        groups.add(group("http-redirect-forever", false, Map.of(), http("/around", "") + NOW_AND_THEN));
        groups.add(group(
                "http-longer-limit",
                false,
                Map.of(),
                http("/sleep/1600", "") + ",\"periodSeconds\":5,\"timeoutSeconds\":2}"));
        groups.add(group("nothing-asked", false, Map.of(), "{\"periodSeconds\":1}"));
        groups.add(group(
                "http-refused",
                false,
                Map.of(),
                http("/ready", "").replace("\"port\":0", "\"port\":1") + NOW_AND_THEN));
        groups.add(group("aggressive-http", false, Map.of(), http("/ready", "") + ",\"successThreshold\":1}"));
        groups.add(group("aggressive-thrice", false, Map.of(), http("/ready", "") + ",\"successThreshold\":3}"));
        groups.add(oneRun());
        groups.add(soonReady());
        groups.add(group("http-status-399", false, Map.of(), http("/status/399", "") + NOW_AND_THEN));
        groups.add(group("http-status-404", false, Map.of(), http("/status/404", "") + NOW_AND_THEN));
        groups.add(group("http-too-slow", false, Map.of(), http("/sleep/1600", "") + NOW_AND_THEN));
        groups.add(group("http-dies", false, Map.of(), http("/die", "") + NOW_AND_THEN));
        groups.add(group(
                "http-detecting", true, Map.of("ENABLE_HTTP2_AUTO_DETECTION", "true"), http("/ready", "") + PATIENTLY));
        groups.add(group("tcp", false, Map.of(), TCP + NOW_AND_THEN));
        groups.add(group("tcp-refused", false, Map.of(), CLOSED + NOW_AND_THEN));
        groups.add(group("aggressive", false, Map.of(), TCP + ",\"successThreshold\":1}"));
        groups.add(group("aggressive-twice", false, Map.of(), TCP + ",\"successThreshold\":2}"));
        groups.add(group("none", false, Map.of(), ""));
        groups.add(group("no-handler", false, Map.of(), "{\"exec\":{\"command\":[\"true\"]}" + NOW_AND_THEN));
        Map<String, String> several = Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true");
        groups.add(group(
                "several", true, several, "[" + TCP + NOW_AND_THEN + "," + http("/ready", "") + NOW_AND_THEN + "]"));
        groups.add(group(
                "several-one-down", false, several, "[" + TCP + NOW_AND_THEN + "," + CLOSED + NOW_AND_THEN + "]"));
        spellings(groups);
        groups.add(grpc());
        groups.add(new Group(
                "readiness aggressive refused",
                Map.of("SERVING_READINESS_PROBE", CLOSED + ",\"successThreshold\":1}"),
                List.of(new Case("readiness/aggressive-refused", "5", stand -> {
                    long begun = System.nanoTime();
                    List<String> lines = new ArrayList<>();
                    try (Wire wire = new Wire(Sidecar.MAIN)) {
                        wire.patience(15_000);
                        lines.addAll(wire.send(SidecarCases.PROBE).answers(1, false));
                    }
                    lines.add("after about " + Math.round((System.nanoTime() - begun) / 1e9) + " s");
                    lines.addAll(SidecarCases.said(stand, "aggressive probe error (failed "));
                    return lines;
                }))));
        return groups;
    }

    /** Probes as a controller does not write them, but people and newer controllers may. */
    private static void spellings(List<Group> groups) {
        String[][] rows = {
            {
                "scheme-lower",
                "{\"httpGet\":{\"path\":\"/ready\",\"port\":0,\"host\":\"127.0.0.1\",\"scheme\":\"http\"}"
                        + NOW_AND_THEN
            },
            {"path-empty", http("", "") + NOW_AND_THEN},
            {"path-absent", "{\"httpGet\":{\"port\":0,\"host\":\"127.0.0.1\",\"scheme\":\"HTTP\"}" + NOW_AND_THEN},
            {"path-with-space", http("/ready to", "") + NOW_AND_THEN},
            {"path-with-escape", http("/ready%20to", "") + NOW_AND_THEN},
            {"path-with-fragment", http("/ready#a", "") + NOW_AND_THEN},
            {"path-two-slashes", http("//ready", "") + NOW_AND_THEN},
            {"host-localhost", http("/ready", "").replace("127.0.0.1", "localhost") + NOW_AND_THEN},
            {
                "port-text",
                http("/ready", "").replace("\"port\":0", "\"port\":\"0\"").replace("\"0\"", "\"@PORT\"") + NOW_AND_THEN
            },
            {"tcp-host-absent", "{\"tcpSocket\":{\"port\":0}" + NOW_AND_THEN},
            {
                "both-kinds",
                "{\"tcpSocket\":{\"port\":1},\"httpGet\":{\"path\":\"/ready\",\"port\":0,\"host\":\"127.0.0.1\",\"scheme\":\"HTTP\"}"
                        + NOW_AND_THEN
            },
            {
                "delayed",
                http("/ready", "")
                        + ",\"initialDelaySeconds\":5,\"failureThreshold\":3,\"terminationGracePeriodSeconds\":7"
                        + NOW_AND_THEN
            },
            {"success-threshold-with-period", http("/ready", "") + ",\"successThreshold\":3" + NOW_AND_THEN},
            {"threshold-zero", http("/ready", "") + ",\"successThreshold\":0}"},
            {"threshold-below-zero", http("/ready", "") + ",\"successThreshold\":-1}"},
            {"period-below-zero", http("/ready", "") + ",\"periodSeconds\":-1,\"timeoutSeconds\":1}"},
            {"timeout-absent", http("/ready", "") + ",\"periodSeconds\":1}"},
            {"timeout-below-zero", http("/ready", "") + ",\"periodSeconds\":1,\"timeoutSeconds\":-1}"},
            {
                "keys-other-case",
                "{\"HTTPGET\":{\"Path\":\"/ready\",\"PORT\":\"@PORT\",\"host\":\"127.0.0.1\",\"scheme\":\"HTTP\"}"
                        + NOW_AND_THEN.replace("period", "Period")
            },
            {"null-kind", "{\"httpGet\":null,\"tcpSocket\":{\"port\":0,\"host\":\"127.0.0.1\"}" + NOW_AND_THEN},
            {"empty-object", "{}"},
            {"blanks-around", " " + TCP + NOW_AND_THEN + "\n"},
            {"field-empty-value", http("/ready", ",\"httpHeaders\":[{\"name\":\"X-E\",\"value\":\"\"}]") + NOW_AND_THEN
            },
            {"field-accept", http("/ready", ",\"httpHeaders\":[{\"name\":\"Accept\",\"value\":\"*/*\"}]") + NOW_AND_THEN
            },
            {"exec-aggressive", "{\"exec\":{\"command\":[\"true\"]}}"},
        };
        for (String[] row : rows) {
            groups.add(group("probe-" + row[0], false, Map.of(), row[1]));
        }
        Map<String, String> several = Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true");
        groups.add(group("probes-none", false, several, "[]"));
        groups.add(group("probes-aggressive", false, several, "[" + TCP + "}," + http("/ready", "") + "}]"));
        groups.add(group(
                "probes-two-down", false, several, "[" + http("/status/500", "") + NOW_AND_THEN + ",{\"exec\":{}}]"));
        groups.add(group(
                "detecting-aggressive",
                false,
                Map.of("ENABLE_HTTP2_AUTO_DETECTION", "true"),
                http("/ready", "") + ",\"successThreshold\":1}"));
    }

    private static Group group(String name, boolean switchable, Map<String, String> more, String probe) {
        Map<String, String> environment = new java.util.LinkedHashMap<>(more);
        environment.put("SERVING_READINESS_PROBE", probe);
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("readiness/" + name + "/first", "5", stand -> {
            stand.app().takeReadinessRequests();
            List<String> lines = new ArrayList<>(
                    SidecarCases.exchange(Sidecar.MAIN, SidecarCases.PROBE).lines());
            List<String> asked = stand.app().takeReadinessRequests();
            lines.addAll(asked.isEmpty() || probe.contains("eriodSeconds") ? asked : each(asked, probe));
            lines.addAll(complaints(stand));
            return lines;
        }));
        if (switchable) {
            cases.add(new Case("readiness/" + name + "/down", "5", stand -> {
                stand.app().ready(false);
                try {
                    return SidecarCases.exchange(Sidecar.MAIN, SidecarCases.PROBE)
                            .lines();
                } finally {
                    stand.app().ready(true);
                }
            }));
            cases.add(new Case("readiness/" + name + "/up-again", "5", stand -> SidecarCases.exchange(
                            Sidecar.MAIN, SidecarCases.PROBE)
                    .lines()));
        }
        cases.add(raw("readiness/" + name + "/traffic-flows", "5", "GET /echo" + SidecarCases.HOST + "\r\n"));
        return new Group("readiness " + name, environment, cases);
    }

    /** An attempt has 100 ms where they follow each other quickly: on a busy machine there may be more than are needed. */
    private static List<String> each(List<String> asked, String probe) {
        int needed = probe.contains("\"successThreshold\":3") ? 3 : 1;
        long seen = asked.stream().filter(line -> line.startsWith("GET ")).count();
        List<String> lines = new ArrayList<>(asked.stream().distinct().toList());
        lines.add("as often as needed: " + (seen >= needed));
        return lines;
    }

    /** What standard error says of a check that failed: a line that is none of the log's. */
    static List<String> complaints(Stand stand) throws IOException {
        Sidecar.pause();
        return stand.sidecar()
                .output()
                .lines()
                .filter(line -> !line.startsWith("{"))
                .map(line -> "stderr: " + line.replaceAll("127\\.0\\.0\\.1:\\d{5}->", "127.0.0.1:PORT->"))
                .map(line -> line.replaceAll(CANCELED, "context deadline exceeded (Client.Timeout"))
                // Which of Go's two clocks, the client's or its context's, has run out first.
                .map(line -> line.replaceAll(
                        "(Get \"\\S+\": context deadline exceeded)$",
                        "$1 (Client.Timeout exceeded while awaiting headers)"))
                .toList();
    }

    /** Five ask while the program takes its time: it is asked once. */
    private static Group oneRun() {
        return new Group(
                "readiness of five",
                Map.of("SERVING_READINESS_PROBE", http("/sleep/500", "") + NOW_AND_THEN),
                List.of(new Case("readiness/five-ask-at-once", "5", stand -> {
                    List<Wire> askers = new ArrayList<>();
                    try {
                        for (int i = 0; i < 5; i++) {
                            askers.add(new Wire(Sidecar.MAIN).send(SidecarCases.PROBE));
                        }
                        List<String> lines = new ArrayList<>();
                        for (Wire asker : askers) {
                            lines.addAll(asker.answers(1, false));
                        }
                        lines.add(
                                "[requests seen by the program: " + stand.app().takeRequests() + "]");
                        return lines;
                    } finally {
                        for (Wire asker : askers) {
                            asker.close();
                        }
                    }
                })));
    }

    /** A check that begins before the program is ready ends when it is. */
    private static Group soonReady() {
        return new Group(
                "readiness soon",
                Map.of("SERVING_READINESS_PROBE", http("/ready", "") + ",\"successThreshold\":1}"),
                List.of(new Case("readiness/aggressive-until-ready", "5", stand -> {
                    stand.app().ready(false);
                    long begun = System.nanoTime();
                    try (Wire wire = new Wire(Sidecar.MAIN)) {
                        wire.send(SidecarCases.PROBE);
                        Thread.sleep(1_800);
                        stand.app().ready(true);
                        List<String> lines = new ArrayList<>(wire.answers(1, false));
                        lines.add("after about " + Math.round((System.nanoTime() - begun) / 1e9) + " s");
                        lines.addAll(complaints(stand));
                        return lines;
                    } finally {
                        stand.app().ready(true);
                    }
                })));
    }

    private static Group grpc() {
        return new Group(
                "readiness grpc",
                Map.of("SERVING_READINESS_PROBE", "{\"grpc\":{\"port\":0}" + PATIENTLY),
                List.of(
                        new Case("readiness/grpc/serving", "5", stand -> grpc(stand, true)),
                        new Case("readiness/grpc/not-serving", "5", stand -> grpc(stand, false)),
                        new Case("readiness/grpc/no-grpc-at-all", "5", stand -> SidecarCases.exchange(
                                        Sidecar.MAIN, SidecarCases.PROBE)
                                .lines())));
    }

    private static List<String> grpc(Stand stand, boolean serving) throws Exception {
        stand.app().http2(true);
        stand.app().ready(serving);
        try {
            List<String> lines = new ArrayList<>(
                    SidecarCases.exchange(Sidecar.MAIN, SidecarCases.PROBE).lines());
            lines.addAll(complaints(stand));
            return lines;
        } finally {
            stand.app().http2(false);
            stand.app().ready(true);
        }
    }
}
