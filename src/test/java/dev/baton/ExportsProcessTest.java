package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Observability.Protocol;
import dev.baton.otel.Collector;
import dev.baton.otel.ZipkinCollector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves a whole sidecar for collectors, and what it costs one that has none. */
class ExportsProcessTest {
    /** As the kernel tells names of threads, which are cut to 15 characters. */
    private static final List<String> THREADS_OF_EXPORTERS = List.of(
            "OkHttp", "BatchSpan", "PeriodicMetric", "HttpClient", "opentelemetry", "kotlin", "DefaultDispatch");

    private static final List<String> PACKAGES_OF_EXPORTERS = List.of(
            "io.opentelemetry.", "okhttp3.", "okio.", "dev.baton.otel.", "java.net.http.", "jdk.internal.net.http.");

    /** Spring looks whether they are there, and leaves it at that. */
    private static final List<String> ASKED_FOR =
            List.of("kotlin.Metadata", "kotlin.jvm.JvmInline", "kotlin.coroutines.Continuation", "kotlin.text.Regex");

    private final String address = SidecarProcess.freeAddress();
    private final Map<String, String> settings = SidecarProcess.settings(address);

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"})
    void metricsAndSpansArriveWhileTheSidecarServes(Protocol protocol) throws Exception {
        try (Collector collector = new Collector();
                UserProgram program = new UserProgram(address)) {
            ask(protocol, collector.endpoint(protocol), 200);
            try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
                sidecar.awaitControlPlane();
                sidecar.await("span and metrics", () -> {
                    get(sidecar);
                    return collector.span("HTTP GET") != null
                            && collector.metric("http.server.request.duration") != null
                            && collector.metric("http.client.request.duration") != null
                            && collector.metric("kn.serving.invocation.duration") != null
                            && collector.metric("jvm.memory.used") != null;
                });
                assertThat(collector.metrics.getFirst().getResource().getAttributesList())
                        .anyMatch(attribute -> attribute.getKey().equals("kn.revision.name")
                                && attribute.getValue().getStringValue().equals("function-00001"));
                // What the last test looks for in vain is found where it is to be found.
                assertThat(threadsOfExporters(sidecar)).isNotEmpty();
                sidecar.terminate();
                assertThat(sidecar.awaitExit()).isZero();
                assertThat(sidecar.stdout()).doesNotContain("Error flushing");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"})
    void theFirstRequestIsTracedToo(Protocol protocol) throws Exception {
        try (Collector collector = new Collector();
                UserProgram program = new UserProgram(address)) {
            ask(protocol, collector.endpoint(protocol), 200);
            try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
                sidecar.awaitMainPort();
                assertThat(traced(sidecar, program)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"})
    void whatIsLeftAtTheEndIsSentBeforeTheProcessExits(Protocol protocol) throws Exception {
        try (Collector collector = new Collector();
                UserProgram program = new UserProgram(address)) {
            ask(protocol, collector.endpoint(protocol), 3_600_000);
            try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
                sidecar.awaitControlPlane();
                sidecar.await("traced request", () -> traced(sidecar, program));
                assertThat(collector.spans()).isEmpty();
                assertThat(collector.metrics).isEmpty();
                sidecar.terminate();
                assertThat(sidecar.awaitExit()).isZero();
                assertThat(collector.span("GET")).isNotNull();
                assertThat(collector.metric("http.server.request.duration")).isNotNull();
            }
        }
    }

    @Test
    void aCollectorThatNeverAnswersHoldsTheEndUpForTenSecondsInAll() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                UserProgram program = new UserProgram(address)) {
            ask(Protocol.HTTP_PROTOBUF, "http://127.0.0.1:" + silent.getLocalPort(), 3_600_000);
            settings.put("OTEL_EXPORTER_OTLP_TIMEOUT", "120000");
            try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
                sidecar.awaitControlPlane();
                sidecar.await("traced request", () -> traced(sidecar, program));
                sidecar.terminate();
                sidecar.awaitLine("Shutting down server: admin");
                long begun = System.nanoTime();
                assertThat(sidecar.awaitExit()).isZero();
                // One after the other they would take twenty.
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(19));
                assertThat(sidecar.stdout())
                        .contains(
                                "Error flushing traces", "spans were not taken by the collector", "Shutdown complete");
            }
        }
    }

    @Test
    void olderControllersSendSpansToZipkin() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                UserProgram program = new UserProgram(address)) {
            settings.put("TRACING_CONFIG_BACKEND", "zipkin");
            settings.put("TRACING_CONFIG_DEBUG", "true");
            settings.put("TRACING_CONFIG_SAMPLE_RATE", "0.1");
            settings.put("TRACING_CONFIG_ZIPKIN_ENDPOINT", zipkin.endpoint());
            settings.put("OTEL_BSP_SCHEDULE_DELAY", "100");
            try (SidecarProcess sidecar = SidecarProcess.start(address, settings)) {
                sidecar.awaitControlPlane();
                sidecar.await("spans", () -> {
                    get(sidecar);
                    return zipkin.span("GET") != null && zipkin.span("kn.queueproxy.proxy") != null;
                });
                assertThat(zipkin.spans
                                .getFirst()
                                .path("localEndpoint")
                                .path("serviceName")
                                .asString())
                        .isEqualTo("function-00001-pod");
                assertThat(sidecar.stdout()).doesNotContain("not in this version");
                sidecar.terminate();
                assertThat(sidecar.awaitExit()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"enableRequestLog\":true}",
                "{\"requestMetrics\":{\"protocol\":\"prometheus\"},\"tracing\":{\"samplingRate\":1}}"
            })
    void withoutACollectorNothingOfAnExporterIsLoadedOrRuns(String config, @TempDir Path folder) throws Exception {
        Path classes = folder.resolve("classes.log");
        settings.put("OBSERVABILITY_CONFIG", config);
        settings.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
        try (UserProgram program = new UserProgram(address);
                SidecarProcess sidecar =
                        SidecarProcess.start(address, settings, "-Xlog:class+load:file=" + classes + ":none")) {
            sidecar.awaitControlPlane();
            get(sidecar);
            if (config.contains("prometheus")) {
                assertThat(sidecar.get(9091, "/metrics").body()).contains("http_server_request_duration_seconds");
            }
            assertThat(threadsOfExporters(sidecar)).isEmpty();
            sidecar.terminate();
            assertThat(sidecar.awaitExit()).isZero();
        }
        try (Stream<String> lines = Files.lines(classes)) {
            List<String> loaded = lines.map(line -> line.substring(0, (line + " ").indexOf(' ')))
                    .toList();
            assertThat(loaded).contains("dev.baton.Main", "dev.baton.RequestPlane");
            assertThat(loaded)
                    .filteredOn(name -> !ASKED_FOR.contains(name)
                            && PACKAGES_OF_EXPORTERS.stream().anyMatch(name::startsWith))
                    .isEmpty();
        }
    }

    private void ask(Protocol protocol, String base, long intervalMillis) {
        boolean http = protocol == Protocol.HTTP_PROTOBUF;
        settings.put(
                "OBSERVABILITY_CONFIG",
                """
                {"tracing": {"protocol": "%1$s", "endpoint": "%2$s%3$s", "samplingRate": 1},
                 "requestMetrics": {"protocol": "%1$s", "endpoint": "%2$s%4$s", "exportInterval": %5$d000000}}"""
                        .formatted(
                                http ? "http/protobuf" : "grpc",
                                base,
                                http ? "/v1/traces" : "",
                                http ? "/v1/metrics" : "",
                                intervalMillis));
        settings.put("OTEL_BSP_SCHEDULE_DELAY", Long.toString(intervalMillis));
    }

    private static void get(SidecarProcess sidecar) {
        try {
            assertThat(sidecar.get(SidecarProcess.MAIN, "/").statusCode()).isEqualTo(200);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a request. Returns whether it was traced. */
    private static boolean traced(SidecarProcess sidecar, UserProgram program) {
        get(sidecar);
        return program.traceparent().startsWith("00-");
    }

    private static List<String> threadsOfExporters(SidecarProcess sidecar) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(sidecar.pid()), "task"))) {
            return tasks.map(ExportsProcessTest::name)
                    .filter(name -> THREADS_OF_EXPORTERS.stream().anyMatch(name::startsWith))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Empty for a thread that has just ended. */
    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
