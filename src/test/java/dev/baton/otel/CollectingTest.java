package dev.baton.otel;

import static dev.baton.metrics.WatchedProxy.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Identity;
import dev.baton.config.Observability;
import dev.baton.config.Observability.Protocol;
import dev.baton.metrics.Gathering;
import dev.baton.metrics.KnativeNames;
import dev.baton.metrics.Label;
import dev.baton.metrics.Observation;
import dev.baton.metrics.RequestMetrics;
import dev.baton.metrics.ResourceLabels;
import dev.baton.metrics.WatchedProxy;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Requests through the main port, and what a collector hears of them. */
class CollectingTest {
    /** What the SDK has to say of collectors that are dead or slow, which is what some of these tests are about. Held, or it is forgotten. */
    private static final Logger SDK = Logger.getLogger("io.opentelemetry");

    static {
        SDK.setLevel(Level.OFF);
    }

    private static final Identity IDENTITY = new Identity("ns", "svc", "cfg", "rev", "pod", "10.0.0.1", "pod-host");
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    private final RequestMetrics metrics = new RequestMetrics(false);
    private final Observation observation = new Observation(metrics, true, true);

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"})
    void metricsReachTheCollector(Protocol protocol) throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation, "CONTAINER_CONCURRENCY", "5")) {
            Observability asked = asked(
                    protocol, collector.endpoint(protocol), 0, Map.of("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=blue"));
            try (Collecting collecting = Collecting.metrics(asked, resource(asked), gathering(proxy))) {
                proxy.get("/hello");
                assertThat(collecting.lostSpans()).isZero();
                await(() -> collector.metric("kn.serving.invocation.duration"));
            }

            Metric duration = await(() -> collector.metric("http.server.request.duration"));
            assertThat(duration.getUnit()).isEqualTo("s");
            assertThat(duration.getHistogram().getAggregationTemporality())
                    .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
            HistogramDataPoint point = duration.getHistogram().getDataPoints(0);
            assertThat(point.getCount()).isEqualTo(1);
            assertThat(point.getExplicitBoundsList())
                    .containsExactly(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);
            assertThat(point.getBucketCountsCount()).isEqualTo(15);
            assertThat(attributes(point.getAttributesList()))
                    .containsEntry("http.response.status_code", "200")
                    .containsEntry("kn.route.tag", "kn:disabled")
                    .containsEntry("server.address", "127.0.0.1")
                    .containsEntry("server.port", Integer.toString(proxy.port()));
            Metric depth = await(() -> collector.metric("kn.serving.queue.depth"));
            assertThat(depth.getUnit()).isEqualTo("{request}");
            assertThat(depth.getGauge().getDataPoints(0).getAsInt()).isEqualTo(1);
            assertThat(await(() -> collector.metric("jvm.memory.used")).getSum().getIsMonotonic())
                    .isFalse();
            assertThat(await(() -> collector.metric("jvm.cpu.time")).getSum().getIsMonotonic())
                    .isTrue();
            assertThat(collector.metric("process_open_fds")).isNull();
            assertThat(collector.lastFields).containsEntry("x-tenant", "blue").doesNotContainKey("content-encoding");
            if (protocol == Protocol.HTTP_PROTOBUF) {
                assertThat(collector.lastFields).containsEntry(":path", "/own/metrics");
            }
            assertThat(attributes(collector.metrics.getFirst().getResource().getAttributesList()))
                    .containsEntry("container.name", "queue-proxy")
                    .containsEntry("k8s.namespace.name", "ns")
                    .containsEntry("k8s.pod.name", "pod-host")
                    .containsEntry("service.name", "svc")
                    .containsEntry("service.version", "unknown")
                    .containsEntry("service.instance.id", "pod-host")
                    .containsEntry("kn.service.name", "svc")
                    .containsEntry("kn.configuration.name", "cfg")
                    .containsEntry("kn.revision.name", "rev")
                    .containsEntry("telemetry.sdk.language", "java");
            assertThat(collector.metrics.getFirst().getSchemaUrl()).endsWith("/1.41.0");
            // Each scope is named once, and the SDK's own is not among them.
            assertThat(collector.metrics).allSatisfy(each -> assertThat(each.getScopeMetricsList())
                    .extracting(scope -> scope.getScope().getName())
                    .doesNotHaveDuplicates()
                    .isSubsetOf("dev.baton", "knative.dev/serving/pkg/queue"));
        }
    }

    @ParameterizedTest
    @CsvSource({"delta,DELTA,DELTA", "lowmemory,DELTA,CUMULATIVE", "cumulative,CUMULATIVE,CUMULATIVE"})
    void theCollectorIsToldTotalsOrDifferencesAsItPrefers(String preference, String counted, String read)
            throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation, "CONTAINER_CONCURRENCY", "5")) {
            Observability asked = asked(
                    Protocol.HTTP_PROTOBUF,
                    collector.endpoint(Protocol.HTTP_PROTOBUF),
                    0,
                    Map.of("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference));
            try (Collecting collecting = Collecting.metrics(asked, resource(asked), gathering(proxy))) {
                assertThat(collecting.signal()).isEqualTo("metrics");
                proxy.get("/hello");
                await(() -> collector.metric("http.server.request.duration"));
                proxy.get("/hello");
                proxy.get("/hello");
            }
            // Closing has sent the last of it.
            List<Metric> durations = collector.all("http.server.request.duration");
            assertThat(durations).hasSizeGreaterThan(1).allMatch(each -> each.getHistogram()
                    .getAggregationTemporality()
                    .name()
                    .endsWith(counted));
            List<HistogramDataPoint> points = durations.stream()
                    .map(each -> each.getHistogram().getDataPoints(0))
                    .toList();
            if (counted.equals("DELTA")) {
                assertThat(points).allMatch(point -> point.getCount() > 0);
                assertThat(points.stream()
                                .mapToLong(HistogramDataPoint::getCount)
                                .sum())
                        .isEqualTo(3);
                assertThat(points.getLast().getBucketCountsList().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        .isEqualTo(points.getLast().getCount());
                assertThat(points.getLast().getStartTimeUnixNano())
                        .isGreaterThanOrEqualTo(points.getFirst().getTimeUnixNano());
            } else {
                assertThat(points.getLast().getCount()).isEqualTo(3);
                assertThat(points.getLast().getStartTimeUnixNano())
                        .isEqualTo(points.getFirst().getStartTimeUnixNano());
            }
            List<Metric> cpu = collector.all("jvm.cpu.time");
            assertThat(cpu)
                    .allMatch(each ->
                            each.getSum().getAggregationTemporality().name().endsWith(read));
            assertThat(cpu.getLast().getSum().getDataPoints(0).getStartTimeUnixNano()
                            > cpu.getFirst().getSum().getDataPoints(0).getStartTimeUnixNano())
                    .isEqualTo(read.equals("DELTA"));
            assertThat(collector.all("jvm.memory.used"))
                    .allMatch(each ->
                            each.getSum().getAggregationTemporality().name().endsWith("CUMULATIVE"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"})
    void tracesReachTheCollector(Protocol protocol) throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation, "CONTAINER_CONCURRENCY", "5")) {
            Collecting collecting = traces(asked(protocol, collector.endpoint(protocol), 1, Map.of()), proxy);
            proxy.send(Version.HTTP_1_1, "GET", "/missing?a=b", "", "traceparent", PARENT, "User-Agent", "test/1");
            await(() -> collector.span("HTTP GET"));
            collecting.close();

            Span server = await(() -> collector.span("GET"));
            Span proxied = await(() -> collector.span("kn.queueproxy.proxy"));
            Span waiting = await(() -> collector.span("kn.queueproxy.wait"));
            Span client = await(() -> collector.span("HTTP GET"));
            assertThat(collector.spans()).hasSize(4);
            assertThat(hex(server.getTraceId().toByteArray())).isEqualTo(TRACE);
            assertThat(hex(server.getParentSpanId().toByteArray())).isEqualTo("b7ad6b7169203331");
            assertThat(proxied.getParentSpanId()).isEqualTo(server.getSpanId());
            assertThat(waiting.getParentSpanId()).isEqualTo(proxied.getSpanId());
            assertThat(client.getParentSpanId()).isEqualTo(waiting.getSpanId());
            assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(proxied.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
            assertThat(client.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
            assertThat(server.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
            assertThat(client.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(attributes(server.getAttributesList()))
                    .containsEntry("http.request.method", "GET")
                    .containsEntry("http.response.status_code", "404")
                    .containsEntry("kn.route.tag", "kn:disabled")
                    .containsEntry("url.path", "/missing")
                    .containsEntry("user_agent.original", "test/1")
                    .containsEntry("network.peer.address", "127.0.0.1");
            assertThat(attributes(client.getAttributesList()))
                    .containsEntry("url.full", "http://127.0.0.1:" + proxy.programPort() + "/missing?a=b")
                    .containsEntry("error.type", "404");
            assertThat(collecting.lostSpans()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Version.class)
    void theProgramIsToldOfItsTrace(Version version) throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(
                    asked(Protocol.HTTP_PROTOBUF, collector.endpoint(Protocol.HTTP_PROTOBUF), 1, Map.of()), proxy);
            String fields = proxy.send(
                            version,
                            "GET",
                            "/fields",
                            "",
                            "traceparent",
                            PARENT,
                            "tracestate",
                            "vendor=1",
                            "baggage",
                            "user=alice;p=1,x=%20y",
                            "x-b3-traceid",
                            "0af7651916cd43dd")
                    .body()
                    .toLowerCase(java.util.Locale.ROOT);
            Span client = await(() -> collector.span("HTTP GET"));
            collecting.close();

            assertThat(fields)
                    .contains("traceparent=00-" + TRACE + "-"
                            + hex(client.getSpanId().toByteArray()) + "-01")
                    .doesNotContain("b7ad6b7169203331")
                    .contains("tracestate=vendor=1")
                    .contains("baggage=user=alice;p=1,x=%20y")
                    .contains("x-b3-traceid=0af7651916cd43dd");
        }
    }

    /** Go's SDK takes a traceparent of version 00 with a flag that it does not know for none, and begins another trace. */
    @Test
    void aTraceThatBeginsHereHasNoFlagButSampled() throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(
                    asked(Protocol.HTTP_PROTOBUF, collector.endpoint(Protocol.HTTP_PROTOBUF), 1, Map.of()), proxy);
            String fields = proxy.get("/fields").body();
            collecting.close();

            assertThat(fields).containsPattern("traceparent=00-[0-9a-f]{32}-[0-9a-f]{16}-01");
        }
    }

    @Test
    void withoutTracingATraceparentPassesUnchanged() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(new Observation(metrics, false, true))) {
            assertThat(proxy.get("/fields", "traceparent", PARENT).body()).contains("traceparent=" + PARENT);
        }
    }

    @Test
    void probesMakeNoSpans() throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(
                    asked(Protocol.HTTP_PROTOBUF, collector.endpoint(Protocol.HTTP_PROTOBUF), 1, Map.of()), proxy);
            assertThat(proxy.get("/fields", "K-Kubelet-Probe", "queue", "traceparent", PARENT)
                            .body())
                    .contains("traceparent=" + PARENT);
            proxy.get("/hello");
            await(() -> collector.span("GET"));
            collecting.close();

            assertThat(collector.spans()).hasSize(3);
        }
    }

    @Test
    void whatIsNotSampledIsStillPropagated() throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(
                    asked(Protocol.HTTP_PROTOBUF, collector.endpoint(Protocol.HTTP_PROTOBUF), 0, Map.of()), proxy);
            String fields = proxy.get("/fields", "traceparent", PARENT).body();
            collecting.close();

            assertThat(fields).containsPattern("traceparent=00-" + TRACE + "-[0-9a-f]{16}-00");
            assertThat(collector.spans()).isEmpty();
        }
    }

    @Test
    void aClientThatLeavesEndsItsSpans() throws Exception {
        try (Collector collector = new Collector();
                WatchedProxy proxy = new WatchedProxy(observation, "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "4")) {
            Collecting collecting = traces(
                    asked(Protocol.HTTP_PROTOBUF, collector.endpoint(Protocol.HTTP_PROTOBUF), 1, Map.of()), proxy);
            assertThat(proxy.get("/never").statusCode()).isEqualTo(504);
            Span server = await(() -> collector.span("GET"));
            collecting.close();

            assertThat(server.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(attributes(await(() -> collector.span("HTTP GET")).getAttributesList()))
                    .containsKey("error.type");
        }
    }

    @Test
    void aCollectorThatNeverAnswersCostsSpansAndNoRequest() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(
                    asked(
                            Protocol.HTTP_PROTOBUF,
                            "http://127.0.0.1:" + silent.getLocalPort(),
                            1,
                            Map.of(
                                    "OTEL_BSP_MAX_QUEUE_SIZE", "16",
                                    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8",
                                    "OTEL_BSP_EXPORT_TIMEOUT", "500",
                                    "OTEL_EXPORTER_OTLP_TIMEOUT", "500")),
                    proxy);
            for (int i = 0; i < 50; i++) {
                assertThat(proxy.get("/hello").statusCode()).isEqualTo(200);
            }
            long begun = System.nanoTime();
            collecting.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
            assertThat(collecting.lostSpans()).isEqualTo(150);
        }
    }

    @Test
    void spansOnStandardOutputAreLinesOfJson() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Observability asked = asked(Protocol.STDOUT, "", 0, Map.of());
            Collecting collecting =
                    Collecting.traces(asked, IDENTITY, resource(asked), out, org.junit.jupiter.api.Assertions::fail);
            observation.tracing(collecting.tracing("127.0.0.1", proxy.programPort()));
            proxy.get("/hello", "traceparent", PARENT, "User-Agent", "quo\"te");
            proxy.get("/hello");
            await(() -> {
                collecting.close();
                return true;
            });

            List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
            assertThat(lines)
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allMatch(line -> line.startsWith("{\"Name\":\"") && line.endsWith("}}"));
            assertThat(lines)
                    .anyMatch(
                            line -> line.contains("\"TraceID\":\"" + TRACE + "\"")
                                    && line.contains(
                                            "\"Key\":\"user_agent.original\",\"Value\":{\"Type\":\"STRING\",\"Value\":\"quo\\\"te\"}")
                                    && line.contains(
                                            "\"Key\":\"http.response.status_code\",\"Value\":{\"Type\":\"INT64\",\"Value\":200}"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"GRPC", "HTTP_PROTOBUF"},
            mode = Mode.INCLUDE)
    void anEndpointWithoutASchemeIsSecure(Protocol protocol) {
        assertThat(Exporters.spans(protocol, "collector.example:4317", Map.of()).toString())
                .contains("https://collector.example:4317");
    }

    private Collecting traces(Observability asked, WatchedProxy proxy) {
        Collecting collecting = Collecting.traces(
                asked,
                IDENTITY,
                resource(asked),
                OutputStream.nullOutputStream(),
                org.junit.jupiter.api.Assertions::fail);
        observation.tracing(collecting.tracing("127.0.0.1", proxy.programPort()));
        return collecting;
    }

    private Gathering gathering(WatchedProxy proxy) {
        return new Gathering(metrics, new KnativeNames("127.0.0.1", proxy.programPort()), List.of(), Duration.ZERO);
    }

    private static List<Label> resource(Observability asked) {
        return ResourceLabels.of(IDENTITY, asked);
    }

    private static Observability asked(Protocol protocol, String base, double rate, Map<String, String> variables) {
        String path = protocol == Protocol.HTTP_PROTOBUF ? "/own/" : "";
        Map<String, String> otel =
                new HashMap<>(Map.of("OTEL_BSP_SCHEDULE_DELAY", "100", "OTEL_METRIC_EXPORT_INTERVAL", "200"));
        otel.putAll(variables);
        return new Observability(
                new Observability.Tracing(protocol, base + (path.isEmpty() ? "" : path + "traces"), rate),
                new Observability.RequestMetrics(
                        protocol, base + (path.isEmpty() ? "" : path + "metrics"), Duration.ofMinutes(1), null, false),
                new Observability.RequestLog(false, "", false),
                false,
                8008,
                Duration.ofSeconds(15),
                otel);
    }

    private static Map<String, String> attributes(List<KeyValue> given) {
        Map<String, String> attributes = new HashMap<>();
        for (KeyValue each : given) {
            attributes.put(
                    each.getKey(),
                    each.getValue().hasIntValue()
                            ? Long.toString(each.getValue().getIntValue())
                            : each.getValue().getStringValue());
        }
        return attributes;
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }
}
