package dev.baton.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A proxy that takes part. Each is started as its image would start it, with the same settings. */
sealed interface Contender {
    /** How the tables name it. */
    String title();

    /** The command that becomes the proxy, and what it inherits. */
    Launch launch(int concurrency, Path work) throws IOException;

    /** Whether it has a limit on concurrency and speaks HTTP/2 in clear text. */
    default boolean isSidecar() {
        return true;
    }

    /**
     * How to start a proxy.
     *
     * @param folder the working folder
     */
    record Launch(List<String> command, Path folder, Map<String, String> environment) {}

    /**
     * This project's sidecar.
     *
     * @param dist the folder with the jar, its flags and its AOT cache
     */
    record Baton(String title, Path dist) implements Contender {
        @Override
        public Launch launch(int concurrency, Path work) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            if (Files.exists(dist.resolve("baton.aot"))) {
                command.add("-XX:AOTCache=baton.aot");
            }
            command.add("@jvm.options");
            return new Launch(command, dist, queueProxySettings(concurrency));
        }
    }

    /**
     * The sidecar whose place Baton takes.
     *
     * @param program Knative's queue-proxy
     */
    record Knative(Path program) implements Contender {
        @Override
        public String title() {
            return "Go queue-proxy";
        }

        @Override
        public Launch launch(int concurrency, Path work) {
            return new Launch(List.of(program.toString()), work, queueProxySettings(concurrency));
        }
    }

    /** A second reference: no sidecar, but what a proxy in C needs. */
    record HaProxy(Path program) implements Contender {
        private static final String CONFIGURATION =
                """
                global
                    nbthread 1
                    maxconn 1000
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 300s
                    timeout server 300s
                frontend main
                    bind 127.0.0.1:8012
                    option forwardfor
                    default_backend user
                backend user
                    http-reuse always
                    server user 127.0.0.1:8080
                """;

        @Override
        public String title() {
            return "HAProxy";
        }

        @Override
        public boolean isSidecar() {
            return false;
        }

        @Override
        public Launch launch(int concurrency, Path work) throws IOException {
            Path configuration = Files.writeString(work.resolve("haproxy.cfg"), CONFIGURATION);
            return new Launch(List.of(program.toString(), "-db", "-f", configuration.toString()), work, Map.of());
        }
    }

    private static Map<String, String> queueProxySettings(int concurrency) {
        Map<String, String> env = new TreeMap<>();
        env.put("CONTAINER_CONCURRENCY", Integer.toString(concurrency));
        env.put("QUEUE_SERVING_PORT", "8012");
        env.put("QUEUE_SERVING_TLS_PORT", "8112");
        env.put("USER_PORT", "8080");
        env.put("REVISION_TIMEOUT_SECONDS", "300");
        env.put("REVISION_RESPONSE_START_TIMEOUT_SECONDS", "300");
        env.put("SERVING_READINESS_PROBE", "{\"tcpSocket\":{\"port\":8080},\"successThreshold\":1}");
        env.put("SERVING_LOGGING_CONFIG", "");
        env.put("SERVING_LOGGING_LEVEL", "info");
        env.put("SERVING_NAMESPACE", "bench");
        env.put("SERVING_SERVICE", "function");
        env.put("SERVING_CONFIGURATION", "function");
        env.put("SERVING_REVISION", "function-00001");
        env.put("SERVING_POD", "function-00001-pod");
        env.put("SERVING_POD_IP", "127.0.0.1");
        env.put("POD_NAME", "function-00001-pod");
        // The names of 0.42, which both understand: user metrics are on, traces are off.
        env.put("SERVING_REQUEST_METRICS_BACKEND", "prometheus");
        env.put("TRACING_CONFIG_BACKEND", "none");
        env.put("METRICS_DOMAIN", "knative.dev/internal/serving");
        return env;
    }
}
