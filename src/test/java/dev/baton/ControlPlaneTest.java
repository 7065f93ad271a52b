package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The control plane of a real sidecar process, asked from inside its pod and from another one. */
class ControlPlaneTest {
    private static UserProgram user;
    private static SidecarProcess sidecar;

    @BeforeAll
    static void start() throws Exception {
        sidecar = SidecarProcess.start();
        user = new UserProgram(sidecar.address());
        sidecar.awaitControlPlane();
    }

    @AfterAll
    static void end() {
        sidecar.close();
        user.close();
    }

    private static HttpResponse<String> actuator(String path) throws Exception {
        return sidecar.get(SidecarProcess.ADMIN, "/actuator/" + path);
    }

    @Test
    @DisplayName("inside the pod all of it is there, and nothing that shows settings or beans")
    void inside() throws Exception {
        for (String path : List.of(
                "health",
                "health/liveness",
                "health/readiness",
                "info",
                "metrics",
                "metrics/baton.requests",
                "loggers",
                "threaddump",
                "baton")) {
            assertThat(actuator(path).statusCode()).as(path).isEqualTo(200);
        }
        for (String path : List.of(
                "", "env", "beans", "configprops", "heapdump", "shutdown", "mappings", "conditions", "health/x")) {
            assertThat(actuator(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    @DisplayName("Prometheus finds the request plane's counters and the JVM's, still after a garbage collection")
    void prometheus() throws Exception {
        sidecar.get(SidecarProcess.MAIN, "/");
        byte[] object = new byte[100_000];
        var put = sidecar.send(sidecar.request(SidecarProcess.ADMIN, "/v1/objects")
                .POST(BodyPublishers.ofByteArray(object))
                .build());
        assertThat(put.statusCode()).isEqualTo(201);
        var got = sidecar.client()
                .send(
                        sidecar.request(SidecarProcess.ADMIN, "/v1/objects/" + put.body())
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(got.body()).isEqualTo(object);
        garbageCollection();

        sidecar.await(
                "meters of the calls", () -> prometheusText().contains("baton_calls_seconds_count{operation=\"get\""));
        assertThat(prometheusText())
                .containsPattern("\nbaton_requests_total [1-9]")
                .contains("\nbaton_requests_in_flight 0.0\n")
                .contains("\nbaton_pull_bytes_total{direction=\"in\"} 0.0\n")
                .contains("\nbaton_pull_bytes_total{direction=\"out\"} 0.0\n")
                .containsPattern(
                        "\nbaton_call_bytes_total\\{operation=\"put\",outcome=\"done\",path=\"memory\"} 1000[0-9]+")
                .contains("\nbaton_call_bytes_total{operation=\"get\",outcome=\"done\",path=\"memory\"} 100000.0\n")
                .contains("\nbaton_store_objects ")
                .contains("\njvm_memory_used_bytes{")
                .contains("\nprocess_files_open_files ")
                .doesNotContain("NaN\nbaton");
    }

    private static String prometheusText() {
        try {
            return actuator("prometheus").body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void garbageCollection() throws Exception {
        var jcmd = java.nio.file.Path.of(System.getProperty("java.home"), "bin", "jcmd");
        var process = new ProcessBuilder(jcmd.toString(), Long.toString(sidecar.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    @DisplayName("info names the JDK that runs the sidecar")
    void info() throws Exception {
        assertThat(actuator("info").body())
                .contains("\"version\":\"" + Runtime.version() + "\"")
                .contains("\"vendor\":");
    }

    @Test
    @DisplayName("no address, reference or key shows in any answer")
    void privacy() throws Exception {
        var put = sidecar.send(sidecar.request(SidecarProcess.ADMIN, "/v1/objects")
                .POST(BodyPublishers.ofString("secret"))
                .build());
        for (String path : List.of("health", "info", "metrics", "loggers", "baton", "prometheus")) {
            assertThat(actuator(path).body())
                    .as(path)
                    .doesNotContain(sidecar.address())
                    .doesNotContain(put.body())
                    .doesNotContain("xdt1.");
        }
        assertThat(sidecar.stdout()).doesNotContain("xdt1.");
    }

    @Test
    @DisplayName("log levels can be read and set at run time, the sidecar's own among them")
    void loggers() throws Exception {
        assertThat(actuator("loggers/io.netty").body()).contains("\"effectiveLevel\":\"WARN\"");
        assertThat(actuator("loggers/queueproxy").body()).contains("\"effectiveLevel\":\"INFO\"");
        for (String logger : List.of("io.netty", "queueproxy")) {
            setLevel(logger, "\"ERROR\"");
            assertThat(actuator("loggers/" + logger).body()).contains("\"effectiveLevel\":\"ERROR\"");
        }
        setLevel("queueproxy", "null");
        assertThat(actuator("loggers/queueproxy").body()).contains("\"effectiveLevel\":\"INFO\"");
    }

    private static void setLevel(String logger, String level) throws Exception {
        var set = sidecar.send(sidecar.request(SidecarProcess.ADMIN, "/actuator/loggers/" + logger)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"configuredLevel\":" + level + "}"))
                .build());
        assertThat(set.statusCode()).isEqualTo(204);
    }

    @Test
    @DisplayName(
            "another pod is served health, info and Prometheus, and 404 for the rest, whatever it claims in headers")
    void outside() throws Exception {
        try (var otherPod = SidecarProcess.client(SidecarProcess.freeAddress())) {
            for (String path : List.of("health", "health/liveness", "health/readiness", "info", "prometheus")) {
                assertThat(from(otherPod, "/actuator/" + path).statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
            for (String path : List.of(
                    "/actuator/baton",
                    "/actuator/loggers",
                    "/actuator/threaddump",
                    "/actuator/metrics",
                    "/actuator",
                    "/v1/objects",
                    "/v1/invoke")) {
                var answer = from(otherPod, path);
                assertThat(answer.statusCode()).as(path).isEqualTo(404);
                assertThat(answer.body()).isEqualTo("404 page not found\n");
            }
        }
    }

    private static HttpResponse<String> from(HttpClient otherPod, String path) throws Exception {
        HttpRequest claiming = sidecar.request(SidecarProcess.ADMIN, path)
                .header("X-Forwarded-For", "127.0.0.1")
                .header("Forwarded", "for=" + sidecar.address())
                .build();
        return otherPod.send(claiming, BodyHandlers.ofString());
    }
}
