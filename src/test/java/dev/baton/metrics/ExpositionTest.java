package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Identity;
import dev.baton.metrics.LoopMetrics.Client;
import dev.baton.metrics.LoopMetrics.Server;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpositionTest {
    private static final long MILLI = 1_000_000;
    private static final KnativeNames NAMES = new KnativeNames("127.0.0.1", 8080);

    @Test
    void namesLabelsAndBucketsAreTheContracts() {
        RequestMetrics metrics = new RequestMetrics(false);
        LoopMetrics loop = metrics.ofThisLoop();
        Server server = loop.server("GET", false, "app.ns.example.com:8080", "1.1", 200, "kn:disabled");
        server.duration().record(3 * MILLI);
        server.duration().record(5 * MILLI);
        server.duration().record(60_000 * MILLI);
        server.requestSize().record(0);
        server.responseSize().record(1024);
        loop.invocations(504).record(700 * MILLI);
        metrics.depth(7);

        String text = Exposition.of(metrics.collect(NAMES), List.of(Label.of("container.name", "queue-proxy")));

        String labels = "http_request_method=\"GET\",http_response_status_code=\"200\",kn_route_tag=\"kn:disabled\","
                + "network_protocol_name=\"http\",network_protocol_version=\"1.1\",otel_scope_name=\"dev.baton\","
                + "otel_scope_schema_url=\"\",otel_scope_version=\"\",server_address=\"app.ns.example.com\","
                + "server_port=\"8080\",url_scheme=\"http\"";
        assertThat(text)
                .contains(
                        """
                        # HELP http_server_request_duration_seconds Duration of HTTP server requests.
                        # TYPE http_server_request_duration_seconds histogram
                        http_server_request_duration_seconds_bucket{%1$s,le="0.005"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.01"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.025"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.05"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.075"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.1"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.25"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.5"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="0.75"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="1"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="2.5"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="5"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="7.5"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="10"} 2
                        http_server_request_duration_seconds_bucket{%1$s,le="+Inf"} 3
                        http_server_request_duration_seconds_sum{%1$s} 60.008
                        http_server_request_duration_seconds_count{%1$s} 3
                        """
                                .formatted(labels));
        assertThat(text)
                .contains(
                        """
                        http_server_response_body_size_bytes_bucket{%1$s,le="0"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="5"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="10"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="25"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="50"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="75"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="100"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="250"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="500"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="750"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="1000"} 0
                        http_server_response_body_size_bytes_bucket{%1$s,le="2500"} 1
                        http_server_response_body_size_bytes_bucket{%1$s,le="5000"} 1
                        http_server_response_body_size_bytes_bucket{%1$s,le="7500"} 1
                        http_server_response_body_size_bytes_bucket{%1$s,le="10000"} 1
                        http_server_response_body_size_bytes_bucket{%1$s,le="+Inf"} 1
                        http_server_response_body_size_bytes_sum{%1$s} 1024
                        http_server_response_body_size_bytes_count{%1$s} 1
                        """
                                .formatted(labels));
        assertThat(text)
                .contains("http_server_request_body_size_bytes_bucket{" + labels + ",le=\"0\"} 1\n")
                .contains(
                        """
                        # HELP kn_serving_invocation_duration_seconds The duration of task execution
                        # TYPE kn_serving_invocation_duration_seconds histogram
                        """)
                .contains("kn_serving_invocation_duration_seconds_bucket{http_response_status_code=\"504\","
                        + "otel_scope_name=\"knative.dev/serving/pkg/queue\",otel_scope_schema_url=\"\","
                        + "otel_scope_version=\"\",le=\"0.75\"} 1\n")
                .contains(
                        """
                        # HELP kn_serving_queue_depth Number of current requests in the queue
                        # TYPE kn_serving_queue_depth gauge
                        kn_serving_queue_depth{otel_scope_name="knative.dev/serving/pkg/queue",otel_scope_schema_url="",otel_scope_version=""} 7
                        """)
                .endsWith(
                        """
                        # HELP target_info Target metadata
                        # TYPE target_info gauge
                        target_info{container_name="queue-proxy"} 1
                        """);
    }

    @Test
    void outgoingRequestsAreTold() {
        RequestMetrics metrics = new RequestMetrics(false);
        LoopMetrics loop = metrics.ofThisLoop();
        Client answered = loop.client(new ClientKey("POST", "2.0", 201, "", "blue"));
        answered.duration().record(20 * MILLI);
        answered.requestSize().record(5);
        loop.client(new ClientKey("GET", "1.1", 0, "*net.OpError", "kn:disabled"))
                .duration()
                .record(MILLI);

        assertThat(Exposition.of(metrics.collect(NAMES), List.of()))
                .contains("http_client_request_duration_seconds_bucket{http_request_method=\"POST\","
                        + "http_response_status_code=\"201\",kn_route_tag=\"blue\",network_protocol_name=\"http\","
                        + "network_protocol_version=\"2.0\",otel_scope_name=\"dev.baton\",otel_scope_schema_url=\"\","
                        + "otel_scope_version=\"\",server_address=\"127.0.0.1\",server_port=\"8080\",url_scheme=\"http\","
                        + "le=\"0.025\"} 1\n")
                .contains("http_client_request_body_size_bytes_bucket{http_request_method=\"POST\"")
                .contains("http_client_request_duration_seconds_count{error_type=\"*net.OpError\","
                        + "http_request_method=\"GET\",kn_route_tag=\"kn:disabled\"");
    }

    @Test
    void olderControllersGetTheNamesTheirDashboardsKnow() {
        RequestMetrics metrics = new RequestMetrics(true);
        LoopMetrics loop = metrics.ofThisLoop();
        Server server = loop.server("GET", false, "host", "1.1", 404, "kn:disabled");
        server.duration().record(5);
        server.duration().record(42);
        loop.server("POST", false, "other", "1.1", 404, "kn:disabled")
                .duration()
                .record(1);
        loop.server("GET", false, "host", "1.1", 200, "blue").duration().record(1);
        loop.invocations(404).record(42);
        metrics.depth(1);
        Identity identity = new Identity("ns", "svc", "cfg", "rev", "pod-1", "10.0.0.1", "pod-1");

        String text = Exposition.of(metrics.collect(new OpenCensusNames(identity)), List.of());

        String start =
                "configuration_name=\"cfg\",container_name=\"queue-proxy\",namespace_name=\"ns\",pod_name=\"pod-1\",";
        String notFound = start + "response_code=\"404\",response_code_class=\"4xx\",revision_name=\"rev\",";
        assertThat(text)
                .contains(
                        """
                        # HELP revision_request_count The number of requests that are routed to queue-proxy
                        # TYPE revision_request_count counter
                        """)
                .contains("revision_request_count{" + notFound + "route_tag=\"DISABLED\",service_name=\"svc\"} 3\n")
                .contains(
                        "response_code_class=\"2xx\",revision_name=\"rev\",route_tag=\"blue\",service_name=\"svc\"} 1\n")
                .contains("# TYPE revision_request_latencies histogram\n")
                .contains("revision_request_latencies_bucket{" + notFound
                        + "route_tag=\"DISABLED\",service_name=\"svc\",le=\"5\"} 1\n")
                .contains("revision_request_latencies_bucket{" + notFound
                        + "route_tag=\"DISABLED\",service_name=\"svc\",le=\"10\"} 2\n")
                .contains("revision_request_latencies_sum{" + notFound
                        + "route_tag=\"DISABLED\",service_name=\"svc\"} 48\n")
                .contains("revision_app_request_count{" + notFound + "service_name=\"svc\"} 1\n")
                .contains("revision_app_request_latencies_bucket{" + notFound + "service_name=\"svc\",le=\"60\"} 1\n")
                .contains("revision_queue_depth{" + start
                        + "response_code=\"\",response_code_class=\"\",revision_name=\"rev\",service_name=\"svc\"} 1\n")
                .doesNotContain("otel_scope");
    }

    @Test
    void whatClientsChooseCannotGrowWithoutLimit() {
        RequestMetrics metrics = new RequestMetrics(false);
        LoopMetrics loop = metrics.ofThisLoop();
        for (int i = 0; i < 5000; i++) {
            loop.server("GET", false, "host" + i, "1.1", 200, "kn:disabled")
                    .duration()
                    .record(1);
        }
        loop.server("GET", false, "x".repeat(1000), "1.1", 200, "kn:disabled")
                .duration()
                .record(1);

        String text = Exposition.of(metrics.collect(NAMES), List.of());

        assertThat(text.lines().filter(line -> line.startsWith("http_server_request_duration_seconds_count")))
                .hasSize(1001)
                .anyMatch(line -> line.contains("{otel_metric_overflow=\"true\"") && line.endsWith(" 4001"));
    }

    @Test
    void valuesOfLabelsAreEscaped() {
        Family family = new Family(
                "a",
                "",
                "back\\slash\nline",
                Family.Kind.GAUGE,
                true,
                "",
                List.of(new Point.Value(List.of(Label.of("tag", "quote\" back\\ line\n")), 1)));

        assertThat(Exposition.of(List.of(family), List.of()))
                .isEqualTo("# HELP a back\\\\slash\\nline\n# TYPE a gauge\na{tag=\"quote\\\" back\\\\ line\\n\"} 1\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "0.1, 0.1",
        "1000000, 1000000",
        "1.5e300, 1.5e+300",
        "0.0001, 0.0001",
        "0.00001, 1e-05",
        "123456789.125, 123456789.125",
        "1e21, 1e+21",
        "-2.5, -2.5",
        "NaN, NaN",
        "Infinity, +Inf"
    })
    void numbersLookLikeGos(double value, String text) {
        assertThat(Exposition.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "host, host, ",
        "host:80, host, ",
        "host:8080, host, 8080",
        "[::1]:90, ::1, 90",
        "[::1], ::1, ",
        "host:x, host, ",
        "'', '', "
    })
    void theHostIsSplit(String host, String address, Long port) {
        List<Label> labels = new ServerKey("GET", false, host, "1.1", 200, "t").labels();

        assertThat(labels).contains(Label.of("server.address", address));
        assertThat(labels.stream()
                        .filter(label -> label.name().equals("server.port"))
                        .map(Label::value)
                        .toList())
                .isEqualTo(port == null ? List.of() : List.of(port));
    }
}
