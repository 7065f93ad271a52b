package dev.baton.tck;

import static dev.baton.tck.SidecarCases.PROBE;
import static dev.baton.tck.SidecarCases.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Section 5, what takes more than one answer of the program: gRPC's health protocol, and the probes of several containers. */
final class ProbeCases {
    private static final Map<String, String> SEVERAL = Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true");
    /** Long enough for the first connection of a process on a busy machine. */
    private static final String SECOND = ",\"periodSeconds\":1,\"timeoutSeconds\":5}";

    private static final String SHORT = ",\"periodSeconds\":1,\"timeoutSeconds\":2}";
    private static final String TCP = "{\"tcpSocket\":{\"port\":0,\"host\":\"127.0.0.1\"}";
    private static final String CLOSED = "{\"tcpSocket\":{\"port\":1,\"host\":\"127.0.0.1\"}";
    private static final String EXEC = "{\"exec\":{\"command\":[\"true\"]}";

    private ProbeCases() {}

    private static String http(String path) {
        return "{\"httpGet\":{\"path\":\"" + path + "\",\"port\":0,\"host\":\"127.0.0.1\",\"scheme\":\"HTTP\"}";
    }

    private static String grpc(String service) {
        return "{\"grpc\":{\"port\":0,\"service\":\"" + service + "\"}";
    }

    static List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        // What the program answers is told by the service that it is asked for.
        for (String service : List.of(
                "known",
                "health-0",
                "health-2",
                "health-3",
                "health-7",
                "code-5",
                "code-12",
                "code-16",
                "http-404",
                "http-503",
                "type-text",
                "no-message",
                "two-messages",
                "no-trailers",
                "compressed",
                "cut-message",
                "reset",
                "gone",
                "code-17",
                "http-418",
                "http-200")) {
            groups.add(group("grpc-" + service, Map.of(), grpc(service) + SECOND));
        }
        groups.add(group("grpc-no-service", Map.of(), "{\"grpc\":{\"port\":0}" + SECOND));
        groups.add(group("grpc-null-service", Map.of(), "{\"grpc\":{\"port\":0,\"service\":null}" + SECOND));
        groups.add(group("grpc-silent", Map.of(), grpc("silent") + SHORT));
        groups.add(group("grpc-refused", Map.of(), "{\"grpc\":{\"port\":1}" + SHORT));
        groups.add(group("grpc-of-http1", Map.of(), "{\"grpc\":{\"port\":0}" + SHORT, false));
        groups.add(group("grpc-aggressive", Map.of(), grpc("known") + ",\"successThreshold\":2}"));
        groups.add(group("several-grpc", SEVERAL, "[" + grpc("known") + SECOND + "," + TCP + SECOND + "]"));
        groups.add(group("several-grpc-down", SEVERAL, "[" + TCP + SECOND + "," + grpc("health-2") + SECOND + "]"));
        groups.add(group("several-one", SEVERAL, "[" + http("/ready") + SECOND + "]"));
        groups.add(sideBySide());
        groups.add(group(
                "several-first-failure-is-told",
                SEVERAL,
                "[" + http("/sleep/3000") + SHORT + "," + http("/status/503") + SECOND + "]"));
        groups.add(group("several-exec-last", SEVERAL, "[" + TCP + SECOND + "," + EXEC + SECOND + "]"));
        groups.add(group("several-exec-first", SEVERAL, "[" + EXEC + SECOND + "," + TCP + SECOND + "]"));
        groups.add(group(
                "several-mixed-periods",
                SEVERAL,
                "[" + TCP + ",\"successThreshold\":2}," + http("/ready") + SECOND + "]"));
        groups.add(group("several-empty-object", SEVERAL, "[{},{}]"));
        groups.add(group("several-unset", SEVERAL, ""));
        groups.add(group(
                "several-closed-thrice",
                SEVERAL,
                "[" + String.join(",", CLOSED + SECOND, CLOSED + SECOND, CLOSED + SECOND) + "]"));
        groups.add(group(
                "several-detecting",
                Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true", "ENABLE_HTTP2_AUTO_DETECTION", "true"),
                "[" + http("/status/200") + SECOND + "," + TCP + SECOND + "]"));
        groups.add(group(
                "exec-and-http",
                Map.of(),
                "{\"exec\":{\"command\":[\"true\"]}," + http("/ready").substring(1) + SECOND));
        groups.add(group("exec-without-command", Map.of(), "{\"exec\":{}" + SECOND));
        groups.add(group("blank-aggressive", Map.of(), "{\"successThreshold\":1}"));
        return groups;
    }

    /** Neither has its answer before both are asked. */
    private static Group sideBySide() {
        String gate = http("/gate") + ",\"periodSeconds\":20,\"timeoutSeconds\":20}";
        Case.Script script = stand -> {
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.send(PROBE);
                List<String> lines = new ArrayList<>();
                lines.add(stand.app().awaitAtGate(2) + " asked at once");
                stand.app().openGate();
                stand.app().openGate();
                lines.addAll(wire.answers(1, false));
                return lines;
            }
        };
        return new Group(
                "probes side by side",
                Map.of(
                        "ENABLE_MULTI_CONTAINER_PROBES",
                        "true",
                        "SERVING_READINESS_PROBE",
                        "[" + gate + "," + gate + "]"),
                List.of(new Case("probing/several-side-by-side", "5", script)));
    }

    private static Group group(String name, Map<String, String> more, String probe) {
        return group(name, more, probe, true);
    }

    /** @param http2 whether the program speaks HTTP/2 too */
    private static Group group(String name, Map<String, String> more, String probe, boolean http2) {
        Map<String, String> environment = new java.util.LinkedHashMap<>(more);
        environment.put("SERVING_READINESS_PROBE", probe);
        return new Group(
                "probe " + name, environment, List.of(new Case("probing/" + name, "5", stand -> asked(stand, http2))));
    }

    private static List<String> asked(Stand stand, boolean http2) throws Exception {
        stand.app().http2(http2);
        try {
            List<String> lines;
            try (Wire wire = new Wire(Sidecar.MAIN)) {
                wire.patience(20_000);
                lines = new ArrayList<>(wire.send(PROBE).answers(1, false));
            }
            lines.addAll(ReadinessCases.complaints(stand));
            stand.app().http2(false);
            lines.add(exchange(Sidecar.MAIN, SidecarCases.get("/status/201")).start());
            return lines;
        } finally {
            stand.app().http2(false);
        }
    }
}
