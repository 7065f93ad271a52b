package dev.baton.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment that Knative's controller gives a sidecar at the least, and changes to it. */
public final class Environment {
    private static final Path NO_FILES = Path.of("/nonexistent/baton-test-root");

    private final Map<String, String> variables = new LinkedHashMap<>();

    private Environment() {}

    public static Environment minimal() {
        return new Environment()
                .with("CONTAINER_CONCURRENCY", "0")
                .with("QUEUE_SERVING_PORT", "8012")
                .with("QUEUE_SERVING_TLS_PORT", "8112")
                .with("USER_PORT", "8080")
                .with("REVISION_TIMEOUT_SECONDS", "300")
                .with("SERVING_LOGGING_CONFIG", "")
                .with("SERVING_LOGGING_LEVEL", "")
                .with("SERVING_NAMESPACE", "ns")
                .with("SERVING_CONFIGURATION", "conf")
                .with("SERVING_REVISION", "rev-1")
                .with("SERVING_POD", "pod-1")
                .with("SERVING_POD_IP", "10.1.2.3");
    }

    public Environment with(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** Variable, value, variable, value. */
    public Environment with(String... settings) {
        for (int i = 0; i < settings.length; i += 2) {
            variables.put(settings[i], settings[i + 1]);
        }
        return this;
    }

    Environment without(String name) {
        variables.remove(name);
        return this;
    }

    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    SidecarConfig read() {
        return read(NO_FILES);
    }

    SidecarConfig read(Path root) {
        return SidecarConfig.read(variables(), root);
    }
}
