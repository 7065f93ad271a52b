package dev.baton.demo;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What all pods of one run have in common.
 *
 * @param sidecar the command that starts a sidecar
 * @param wasmSidecar the command that starts one that runs functions in Wasm
 * @param sidecarFolder where these commands run
 * @param folder this run's own folder, for keys and logs
 * @param data the file that the functions read
 * @param modules the folder with functions in Wasm
 * @param limits what the sidecars may use
 * @param offerHost the service address that may be offered references
 */
record Workload(
        List<String> sidecar,
        List<String> wasmSidecar,
        Path sidecarFolder,
        Path folder,
        Path data,
        Path modules,
        Limits limits,
        String offerHost) {
    /** Bodies up to this size may travel inside a request: said explicitly, because the checks depend on it. */
    static final long INLINE_BYTES = 64 * 1024;

    /** The longest that one request may take. */
    static final int TIMEOUT_SECONDS = 3600;

    /** The queue-proxy's environment, as Knative's controller would write it into the pod. */
    Map<String, String> sidecarEnvironment(Place place) {
        return Map.ofEntries(
                Map.entry("CONTAINER_CONCURRENCY", "0"),
                Map.entry("QUEUE_SERVING_PORT", Integer.toString(Place.SERVING_PORT)),
                Map.entry("QUEUE_SERVING_TLS_PORT", "8112"),
                Map.entry("USER_PORT", Integer.toString(Place.USER_PORT)),
                Map.entry("REVISION_TIMEOUT_SECONDS", Integer.toString(TIMEOUT_SECONDS)),
                Map.entry(
                        "SERVING_READINESS_PROBE",
                        "{\"httpGet\":{\"path\":\"/healthz\",\"port\":" + Place.USER_PORT
                                + "},\"successThreshold\":1}"),
                Map.entry("SERVING_LOGGING_CONFIG", ""),
                Map.entry("SERVING_LOGGING_LEVEL", "info"),
                Map.entry("SERVING_NAMESPACE", "demo"),
                Map.entry("SERVING_SERVICE", place.name()),
                Map.entry("SERVING_CONFIGURATION", place.name()),
                Map.entry("SERVING_REVISION", place.name() + "-00001"),
                Map.entry("SERVING_POD", place.name() + "-00001-pod"),
                Map.entry("SERVING_POD_IP", place.address()),
                Map.entry("BATON_KEYS_DIR", folder.resolve("keys").toString()),
                Map.entry("BATON_SOCKET", place.socket()),
                Map.entry("BATON_STORE_BYTES", Long.toString(limits.storeBytes())),
                Map.entry("BATON_INLINE_BYTES", Long.toString(INLINE_BYTES)),
                Map.entry("BATON_OFFER_HOSTS", offerHost));
    }

    /** What a sidecar is told beside that to run functions in Wasm. */
    Map<String, String> wasmEnvironment() {
        return Map.of(
                "BATON_FUNCTIONS_DIR",
                modules.toString(),
                "BATON_FUNCTIONS_MEMORY",
                Long.toString(limits.functionsBytes()));
    }

    /** The function's environment: Knative's PORT, and what the sample functions want to know. */
    Map<String, String> functionEnvironment(Place place) {
        return Map.of(
                "PORT", Integer.toString(Place.USER_PORT),
                "HOST", place.loopback(),
                "OBJECT_API", place.objectApi(),
                "OBJECT_SOCKET", place.socket(),
                "DATA", data.toString());
    }

    /** This JVM's java and class path; as small as a function wants to be. */
    static List<String> javaCommand(Class<?> main) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                java,
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                main.getName());
    }

    /** The processes of a pod run in other folders than this one. */
    private static String absolute(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
