package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real sidecar in a process of its own: start, exit codes, drain. */
class SidecarProcessTest {
    private static final String PROBE_AGENT = "Knative-Activator-Probe";

    private final String address = SidecarProcess.freeAddress();
    private final Map<String, String> settings = SidecarProcess.settings(address);

    private SidecarProcess start() {
        return SidecarProcess.start(address, settings);
    }

    private static HttpResponse<String> healthCheck(SidecarProcess sidecar) throws Exception {
        return sidecar.send(sidecar.request(SidecarProcess.MAIN, "/healthz")
                .header("User-Agent", PROBE_AGENT)
                .header("K-Network-Probe", "queue")
                .build());
    }

    @Test
    @DisplayName("requests are served while the control plane still answers 503 with Retry-After, which then comes up")
    void twoPhases() throws Exception {
        try (var user = new UserProgram(address);
                var sidecar = start()) {
            sidecar.awaitMainPort();
            var early = new ArrayList<HttpResponse<String>>();
            sidecar.await("admin port", () -> asked(sidecar, early));
            assertThat(sidecar.get(SidecarProcess.MAIN, "/hello").body()).isEqualTo("served /hello");
            assertThat(healthCheck(sidecar).body()).isEqualTo("queue");
            assertThat(sidecar.get(SidecarProcess.STAT, "/metrics").statusCode())
                    .isEqualTo(200);
            sidecar.await(
                    "control plane",
                    () -> asked(sidecar, early) && early.getLast().statusCode() == 200);
            assertThat(early).hasSizeGreaterThan(1);
            assertThat(early.subList(0, early.size() - 1)).allSatisfy(answer -> {
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            });
            assertThat(user.served()).isEqualTo(1);
        }
    }

    /** Whether the admin port is open, which comes just after the main one. */
    private static boolean asked(SidecarProcess sidecar, List<HttpResponse<String>> answers) {
        try {
            return answers.add(sidecar.get(SidecarProcess.ADMIN, "/actuator/health"));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName(
            "a normal start writes JSON lines of information, nothing to standard error, and ends with exit code 0")
    void quietConsole() throws Exception {
        settings.put("BATON_KEYS_DIR", keys().toString());
        try (var user = new UserProgram(address);
                var sidecar = start()) {
            sidecar.awaitControlPlane();
            sidecar.get(SidecarProcess.MAIN, "/");
            sidecar.get(SidecarProcess.ADMIN, "/actuator/prometheus");
            sidecar.terminate();
            assertThat(sidecar.awaitExit()).isZero();
            assertThat(sidecar.stderr()).isEmpty();
            assertThat(sidecar.stdout().lines().toList())
                    .contains(sidecar.stdout().lines().toList().getFirst())
                    .allSatisfy(line ->
                            assertThat(line).startsWith("{\"severity\":\"").endsWith("}"))
                    .filteredOn(line -> !line.startsWith("{\"severity\":\"INFO\""))
                    // The one warning of a sidecar that is bound to a loopback address.
                    .singleElement()
                    .asString()
                    .contains("BATON_BIND is a loopback address");
            assertThat(sidecar.stdout())
                    .contains("\"message\":\"Starting queue-proxy\"")
                    .contains("\"message\":\"Starting http server main:8012\"")
                    .contains("\"knative.dev/key\":\"test/function-00001\"")
                    .contains("\"knative.dev/pod\":\"function-00001-pod\"")
                    .contains("\"message\":\"Received TERM signal, attempting to gracefully shutdown servers.\"")
                    .contains("\"message\":\"Sleeping 50ms to allow K8s propagation of non-ready state\"")
                    .contains("\"message\":\"Shutting down server: main\"")
                    .endsWith("\"knative.dev/pod\":\"function-00001-pod\"}\n")
                    .contains("\"message\":\"Shutdown complete, exiting...\"");
        }
    }

    private static java.nio.file.Path keys() throws IOException {
        var folder = java.nio.file.Files.createTempDirectory(java.nio.file.Path.of("target"), "keys");
        byte[] key = new byte[32];
        new java.security.SecureRandom().nextBytes(key);
        java.nio.file.Files.writeString(
                folder.resolve("k1"), java.util.Base64.getEncoder().encodeToString(key));
        java.nio.file.Files.writeString(folder.resolve("current"), "k1");
        return folder.toAbsolutePath();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONTAINER_CONCURRENCY",
                "QUEUE_SERVING_PORT",
                "USER_PORT",
                "SERVING_LOGGING_CONFIG",
                "SERVING_POD_IP"
            })
    @DisplayName("a missing variable is named on standard error, exit code 1")
    void missingVariable(String name) {
        settings.remove(name);
        try (var sidecar = start()) {
            assertThat(sidecar.awaitExit()).isEqualTo(1);
            assertThat(sidecar.stderr()).isEqualTo("required key " + name + " missing value\n");
            assertThat(sidecar.stdout()).isEmpty();
        }
    }

    @Test
    @DisplayName("a variable that does not parse is named in one line on standard error, exit code 1")
    void badVariable() {
        settings.put("CONTAINER_CONCURRENCY", "many");
        try (var sidecar = start()) {
            assertThat(sidecar.awaitExit()).isEqualTo(1);
            assertThat(sidecar.stderr().lines()).singleElement().asString().contains("CONTAINER_CONCURRENCY", "many");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SERVING_READINESS_PROBE | {not json",
                "OBSERVABILITY_CONFIG | {\"requestMetrics\":{\"protocol\":\"carrier-pigeon\"}}",
                "QUEUE_PROXY_TLS_MIN_VERSION | 1.1",
                "METRICS_PROMETHEUS_PORT | 80",
                "BATON_WINDOW | wide",
            })
    @DisplayName("a value that makes no sense is named in one fatal line of the log, exit code 1")
    void senselessValue(String name, String value) {
        settings.put("OBSERVABILITY_CONFIG", "{\"requestMetrics\":{\"protocol\":\"prometheus\"}}");
        settings.put(name, value);
        try (var sidecar = start()) {
            assertThat(sidecar.awaitExit()).isEqualTo(1);
            assertThat(sidecar.stdout().lines())
                    .singleElement()
                    .asString()
                    .contains("\"severity\":\"EMERGENCY\"", "\"logger\":\"queueproxy\"", name);
            assertThat(sidecar.stderr()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SidecarProcess.MAIN, SidecarProcess.STAT, SidecarProcess.ADMIN})
    @DisplayName("a taken port is an error line with its cause, exit code 1")
    void portInUse(int port) throws IOException {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(address, port));
            try (var sidecar = start()) {
                assertThat(sidecar.awaitExit()).isEqualTo(1);
                assertThat(sidecar.stdout().lines().toList())
                        .last()
                        .asString()
                        .contains("\"severity\":\"ERROR\"")
                        .contains("\"message\":\"Failed to bring up queue-proxy, shutting down.\"")
                        .contains(address + ":" + port);
            }
        }
    }

    @Test
    @DisplayName("a taken pull port is a warning, and everything else works")
    void pullPortInUse() throws Exception {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(address, SidecarProcess.PULL));
            try (var user = new UserProgram(address);
                    var sidecar = start()) {
                sidecar.awaitControlPlane();
                assertThat(sidecar.stdout().lines())
                        .filteredOn(line -> line.contains("Port 8013 is taken"))
                        .singleElement()
                        .asString()
                        .contains("\"severity\":\"WARNING\"");
                assertThat(sidecar.get(SidecarProcess.MAIN, "/").body()).isEqualTo("served /");
                assertThat(roundTrip(sidecar, sidecar, new byte[100_000])).isEqualTo(100_000);
            }
        }
    }

    private static long roundTrip(SidecarProcess producer, SidecarProcess consumer, byte[] object) throws Exception {
        var got = consumer.client()
                .send(
                        consumer.request(SidecarProcess.ADMIN, "/v1/objects/" + put(producer, object))
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(got.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo(object);
        return got.body().length;
    }

    /** Returns the reference. */
    private static String put(SidecarProcess producer, byte[] object) throws Exception {
        var put = producer.send(producer.request(SidecarProcess.ADMIN, "/v1/objects")
                .POST(HttpRequest.BodyPublishers.ofByteArray(object))
                .build());
        assertThat(put.statusCode()).isEqualTo(201);
        return put.body();
    }

    @Test
    @DisplayName("an object that another pod is pulling at SIGTERM is pulled to its end, then the process exits with 0")
    void signalDuringPull() throws Exception {
        String keys = keys().toString();
        settings.put("BATON_KEYS_DIR", keys);
        String consumerAddress = SidecarProcess.freeAddress();
        var consumerSettings = SidecarProcess.settings(consumerAddress);
        consumerSettings.put("BATON_KEYS_DIR", keys);
        byte[] object = new byte[48 << 20];
        new java.util.Random(1).nextBytes(object);
        try (var producer = start();
                var consumer = SidecarProcess.start(consumerAddress, consumerSettings)) {
            producer.awaitControlPlane();
            consumer.awaitControlPlane();
            String reference = put(producer, object);
            var answer = consumer.client()
                    .send(
                            consumer.request(SidecarProcess.ADMIN, "/v1/objects/" + reference)
                                    .build(),
                            BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            try (var body = answer.body()) {
                // Far more is left than all buffers on the way hold: the pull is in its middle, and waits for its
                // reader.
                byte[] first = body.readNBytes(1 << 20);
                producer.terminate();
                producer.awaitLine("Shutting down server: pull");
                assertThat(producer.isAlive()).isTrue();
                byte[] rest = body.readAllBytes();
                assertThat(first.length + rest.length).isEqualTo(object.length);
                assertThat(first).isEqualTo(Arrays.copyOf(object, first.length));
                assertThat(rest).isEqualTo(Arrays.copyOfRange(object, first.length, object.length));
            }
            assertThat(producer.awaitExit()).isZero();
        }
    }

    @Test
    @DisplayName("after SIGTERM health checks fail, the request in flight and later ones are served, exit code 0")
    void drain() throws Exception {
        settings.put("BATON_DRAIN_QUIET", "10s");
        try (var user = new UserProgram(address);
                var sidecar = start()) {
            sidecar.awaitControlPlane();
            user.hold();
            var held = sidecar.client()
                    .sendAsync(sidecar.request(SidecarProcess.MAIN, "/held").build(), BodyHandlers.ofString());
            user.awaitArrival();
            sidecar.terminate();
            sidecar.awaitLine("Received TERM signal");
            var check = healthCheck(sidecar);
            assertThat(check.statusCode()).isEqualTo(503);
            assertThat(check.body()).isEqualTo("shutting down\n");
            assertThat(sidecar.get(SidecarProcess.ADMIN, "/actuator/health/readiness")
                            .statusCode())
                    .isEqualTo(503);
            assertThat(sidecar.get(SidecarProcess.ADMIN, "/actuator/health/liveness")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(sidecar.get(SidecarProcess.MAIN, "/while-draining").body())
                    .isEqualTo("served /while-draining");
            sidecar.awaitLine("Shutting down server: main");
            assertThat(sidecar.isAlive()).isTrue();
            assertThat(held).isNotDone();
            user.release();
            assertThat(held.get(180, TimeUnit.SECONDS).body()).isEqualTo("served /held");
            assertThat(sidecar.awaitExit()).isZero();
        }
    }

    @Test
    @DisplayName("a second signal ends the process at once with exit code 1")
    void secondSignal() {
        settings.put("BATON_DRAIN_QUIET", "1h");
        try (var sidecar = start()) {
            sidecar.awaitControlPlane().terminate();
            sidecar.awaitLine("Received TERM signal");
            sidecar.terminate();
            assertThat(sidecar.awaitExit()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a signal before the control plane is up ends the process as well, exit code 0")
    void earlySignal() {
        try (var sidecar = start()) {
            sidecar.awaitLine("Starting http server admin").terminate();
            assertThat(sidecar.awaitExit()).isZero();
            assertThat(sidecar.stdout()).contains("Shutdown complete, exiting...");
        }
    }

    @Test
    @DisplayName("a preStop hook without a signal is answered after a second, and the pod is ready again")
    void hookWithoutSignal() throws Exception {
        settings.put("BATON_DRAIN_QUIET", "1h");
        try (var sidecar = start()) {
            sidecar.awaitControlPlane();
            assertThat(healthCheck(sidecar).statusCode()).isEqualTo(200);
            var refused = new AtomicBoolean();
            // Once is enough, but on a busy machine the second may be over before a check gets in.
            for (int attempt = 0; attempt < 20 && !refused.get(); attempt++) {
                var hook = sidecar.client()
                        .sendAsync(
                                sidecar.request(SidecarProcess.ADMIN, "/wait-for-drain")
                                        .build(),
                                BodyHandlers.ofString());
                while (!hook.isDone()) {
                    refused.compareAndSet(false, healthCheck(sidecar).statusCode() == 503);
                }
                var answer = hook.join();
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEmpty();
            }
            assertThat(refused).isTrue();
            sidecar.awaitLine("Attached drain handler from user-container");
            assertThat(healthCheck(sidecar).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("a preStop hook with the signal behind it is answered when the quiet period is over")
    void hookWithSignal() throws Exception {
        settings.put("BATON_DRAIN_QUIET", "2s");
        try (var sidecar = start()) {
            sidecar.awaitControlPlane();
            var hook = sidecar.client()
                    .sendAsync(
                            sidecar.request(SidecarProcess.ADMIN, "/wait-for-drain")
                                    .build(),
                            BodyHandlers.ofString());
            sidecar.awaitLine("Attached drain handler from user-container").terminate();
            assertThat(hook.get(180, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(sidecar.awaitExit()).isZero();
        }
    }

    @Test
    void profilesAreToldWhereTheConfigurationEnablesThem() throws Exception {
        settings.put("OBSERVABILITY_CONFIG", "{\"runtime\":{\"profiling\":\"enabled\"}}");
        settings.put("PROFILING_PORT", "8007");
        try (SidecarProcess sidecar = start()) {
            sidecar.awaitControlPlane();
            assertThat(sidecar.get(8007, "/debug/pprof/symbol").body()).isEqualTo("num_symbols: 1\n");
            assertThat(sidecar.stdout()).contains("Starting http server profile:8007");
        }
    }
}
