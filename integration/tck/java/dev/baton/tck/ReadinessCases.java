package dev.baton.tck;

import static dev.baton.tck.Case.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Section 5: what the sidecar asks the user's program before it calls itself ready. */
final class ReadinessCases {
    private static final String NOW_AND_THEN = ",\"periodSeconds\":1,\"timeoutSeconds\":1}";
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
        groups.add(group("http-status-399", false, Map.of(), http("/status/399", "") + NOW_AND_THEN));
        groups.add(group("http-status-404", false, Map.of(), http("/status/404", "") + NOW_AND_THEN));
        groups.add(group("http-too-slow", false, Map.of(), http("/sleep/1600", "") + NOW_AND_THEN));
        groups.add(group("http-dies", false, Map.of(), http("/die", "") + NOW_AND_THEN));
        groups.add(group(
                "http-detecting",
                true,
                Map.of("ENABLE_HTTP2_AUTO_DETECTION", "true"),
                http("/ready", "") + NOW_AND_THEN));
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

    private static Group group(String name, boolean switchable, Map<String, String> more, String probe) {
        Map<String, String> environment = new java.util.LinkedHashMap<>(more);
        environment.put("SERVING_READINESS_PROBE", probe);
        List<Case> cases = new ArrayList<>();
        cases.add(new Case(
                "readiness/" + name + "/first", "5", stand -> SidecarCases.exchange(Sidecar.MAIN, SidecarCases.PROBE)
                        .lines()));
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

    private static Group grpc() {
        return new Group(
                "readiness grpc",
                Map.of("SERVING_READINESS_PROBE", "{\"grpc\":{\"port\":0}" + NOW_AND_THEN),
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
            return SidecarCases.exchange(Sidecar.MAIN, SidecarCases.PROBE).lines();
        } finally {
            stand.app().http2(false);
            stand.app().ready(true);
        }
    }
}
