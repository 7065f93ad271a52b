package dev.baton.tck;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Section 1: the environment. Each case starts a process with some of it changed, which serves, or says why not and ends. */
final class StartCases {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Pattern FATAL = Pattern.compile("\"severity\":\"(EMERGENCY|CRITICAL|fatal|FATAL)\"");

    private StartCases() {}

    static Group group() {
        List<Case> cases = new ArrayList<>();
        for (String name : List.of(
                "CONTAINER_CONCURRENCY",
                "QUEUE_SERVING_PORT",
                "QUEUE_SERVING_TLS_PORT",
                "USER_PORT",
                "REVISION_TIMEOUT_SECONDS",
                "SERVING_LOGGING_CONFIG",
                "SERVING_LOGGING_LEVEL",
                "SERVING_NAMESPACE",
                "SERVING_CONFIGURATION",
                "SERVING_REVISION",
                "SERVING_POD",
                "SERVING_POD_IP")) {
            cases.add(refused("start/missing-" + name, Map.of(name, "-")));
        }
        String[][] unreadable = {
            {"int-concurrency", "CONTAINER_CONCURRENCY", "many"},
            {"int-concurrency-empty", "CONTAINER_CONCURRENCY", ""},
            {"int-concurrency-fraction", "CONTAINER_CONCURRENCY", "1.0"},
            {"int-concurrency-space", "CONTAINER_CONCURRENCY", " 1"},
            {"int-concurrency-underscores", "CONTAINER_CONCURRENCY", "1__0"},
            {"int-concurrency-too-large", "CONTAINER_CONCURRENCY", "9223372036854775808"},
            {"int-timeout", "REVISION_TIMEOUT_SECONDS", "1s"},
            {"int-idle", "REVISION_IDLE_TIMEOUT_SECONDS", "x"},
            {"int-idle-empty", "REVISION_IDLE_TIMEOUT_SECONDS", ""},
            {"int-response-start", "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "1.5"},
            {"bool-duplex", "ENABLE_HTTP_FULL_DUPLEX", "perhaps"},
            {"bool-duplex-empty", "ENABLE_HTTP_FULL_DUPLEX", ""},
            {"bool-duplex-yes", "ENABLE_HTTP_FULL_DUPLEX", "yes"},
            {"bool-detection", "ENABLE_HTTP2_AUTO_DETECTION", "tRUE"},
            {"bool-probes", "ENABLE_MULTI_CONTAINER_PROBES", "maybe"},
        };
        for (String[] row : unreadable) {
            cases.add(refused("start/bad-" + row[0], Map.of(row[1], row[2])));
        }
        cases.add(
                refused("start/first-of-two", ordered("CONTAINER_CONCURRENCY", "x", "REVISION_TIMEOUT_SECONDS", "-")));
        String[][] probes = {
            {"json", "{not json"},
            {"json-array", "[]"},
            {"json-text", "\"ready\""},
            {"json-number-as-text", "{\"tcpSocket\":{\"port\":1},\"periodSeconds\":\"1\"}"},
            {"json-port-as-flag", "{\"tcpSocket\":{\"port\":true}}"},
            {"json-path-as-number", "{\"httpGet\":{\"path\":1,\"port\":1}}"},
            {"json-number-too-large", "{\"tcpSocket\":{\"port\":1},\"periodSeconds\":2147483648}"},
            {"json-number-fraction", "{\"tcpSocket\":{\"port\":1},\"periodSeconds\":1.5}"},
            {"json-port-fraction", "{\"tcpSocket\":{\"port\":1.5}}"},
            {"json-kind-as-array", "{\"tcpSocket\":[]}"},
            {"json-fields-as-object", "{\"httpGet\":{\"port\":1,\"httpHeaders\":{}}}"},
            {"json-number", "1"},
            {"json-cut", "{\"tcpSocket\":{\"port\":1}"},
            {"json-blank", " "},
            {"json-trailing", "{\"tcpSocket\":{\"port\":1}} x"},
        };
        for (String[] row : probes) {
            cases.add(fatal("start/bad-probe-" + row[0], Map.of("SERVING_READINESS_PROBE", row[1])));
        }
        cases.add(fatal(
                "start/bad-probe-no-array",
                Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true", "SERVING_READINESS_PROBE", "{}")));
        cases.add(taken("start/port-taken", Sidecar.STAT));
        cases.add(taken("start/port-taken-main", Sidecar.MAIN));
        cases.add(taken("start/port-taken-admin", Sidecar.ADMIN));
        String[][] readable = {
            {"number-hexadecimal", "REVISION_TIMEOUT_SECONDS", "0x1e"},
            {"number-octal", "REVISION_TIMEOUT_SECONDS", "0o36"},
            {"number-binary", "REVISION_TIMEOUT_SECONDS", "0b11110"},
            {"number-underscores", "REVISION_TIMEOUT_SECONDS", "1_000"},
            {"number-plus", "REVISION_TIMEOUT_SECONDS", "+30"},
            {"concurrency-below-zero", "CONTAINER_CONCURRENCY", "-1"},
            {"timeout-below-zero", "REVISION_TIMEOUT_SECONDS", "-1"},
            {"response-start-below-zero", "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "-1"},
            {"idle-below-zero", "REVISION_IDLE_TIMEOUT_SECONDS", "-1"},
            {"flag-letter", "ENABLE_HTTP_FULL_DUPLEX", "T"},
            {"flag-digit", "ENABLE_HTTP_FULL_DUPLEX", "0"},
            {"service-absent", "SERVING_SERVICE", "-"},
            {"pod-empty", "SERVING_POD", ""},
            {"probe-empty", "SERVING_READINESS_PROBE", ""},
            {"variable-unknown", "ROOT_CA", "x"},
            {"level-in-capitals", "SERVING_LOGGING_LEVEL", "ERROR"},
        };
        for (String[] row : readable) {
            cases.add(serves("start/" + row[0], Sidecar.MAIN, Map.of(row[1], row[2])));
        }
        cases.add(serves(
                "start/probes-null",
                Sidecar.MAIN,
                Map.of("ENABLE_MULTI_CONTAINER_PROBES", "true", "SERVING_READINESS_PROBE", "null")));
        cases.add(serves("start/port-of-http2-revisions", 8013, Map.of("QUEUE_SERVING_PORT", "8013")));
        cases.add(quiet("log/level-error", Map.of("SERVING_LOGGING_LEVEL", "error")));
        cases.add(quiet("log/level-in-json", Map.of("SERVING_LOGGING_CONFIG", "{\"level\":\"error\"}")));
        cases.add(quiet(
                "log/level-over-json",
                ordered("SERVING_LOGGING_CONFIG", "{\"level\":\"error\"}", "SERVING_LOGGING_LEVEL", "info")));
        return new Group("start", Map.of(), true, cases);
    }

    private static Map<String, String> ordered(String... words) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            map.put(words[i], words[i + 1]);
        }
        return map;
    }

    /** Exit code, and whether the output names the variable: the rest of the wording is the language's own. */
    private static Case refused(String id, Map<String, String> changes) {
        return new Case(id, "1.3", stand -> {
            try (Sidecar sidecar = Sidecar.launch(stand.command(), stand.app().port(), changes)) {
                int exit = sidecar.exitCode(PATIENCE);
                String name = changes.keySet().iterator().next();
                String output = sidecar.output();
                String missing = "required key " + name + " missing value";
                return List.of(
                        "exit " + exit,
                        output.contains(missing) ? missing : output.contains(name) ? "names " + name : "other words",
                        "JSON lines: " + output.lines().anyMatch(line -> line.startsWith("{")));
            }
        });
    }

    /** What is found later than the environment's types is told by the log. */
    private static Case fatal(String id, Map<String, String> changes) {
        return new Case(id, "1.3", stand -> {
            try (Sidecar sidecar = Sidecar.launch(stand.command(), stand.app().port(), changes)) {
                return List.of("exit " + sidecar.exitCode(PATIENCE), fatalLines(sidecar) + " fatal line");
            }
        });
    }

    static long fatalLines(Sidecar sidecar) throws IOException {
        return sidecar.output()
                .lines()
                .filter(line -> FATAL.matcher(line).find())
                .count();
    }

    private static Case taken(String id, int port) {
        return new Case(id, "1.3", stand -> {
            try (ServerSocket taken = new ServerSocket(port);
                    Sidecar sidecar =
                            Sidecar.launch(stand.command(), stand.app().port(), Map.of())) {
                int exit = sidecar.exitCode(PATIENCE);
                boolean told = sidecar.output().contains("Failed to bring up queue-proxy, shutting down.");
                return List.of("exit " + exit, "says so: " + told, "port " + taken.getLocalPort());
            }
        });
    }

    private static Case serves(String id, int port, Map<String, String> changes) {
        return new Case(id, "1.1", stand -> {
            try (Sidecar sidecar = Sidecar.launch(stand.command(), stand.app().port(), changes)) {
                sidecar.await(port, Sidecar.ADMIN, Sidecar.STAT);
                return List.of(
                        SidecarCases.exchange(port, SidecarCases.get("/status/201"))
                                .start(),
                        SidecarCases.exchange(port, SidecarCases.PROBE).start());
            }
        });
    }

    /** Whether the log has its first line, once the process serves. */
    private static Case quiet(String id, Map<String, String> changes) {
        return new Case(id, "1.1", stand -> {
            try (Sidecar sidecar = Sidecar.launch(stand.command(), stand.app().port(), changes)) {
                sidecar.awaitPorts();
                Thread.sleep(300);
                return List.of("first line: " + sidecar.output().contains("Starting queue-proxy"));
            }
        });
    }
}
