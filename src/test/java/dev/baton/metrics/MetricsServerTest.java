package dev.baton.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Identity;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.tls.ServerTls;
import dev.baton.tls.TestAuthority;
import io.netty.channel.Channel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsServerTest {

    private final EventLoops loops = new EventLoops(1, "scrape-test");
    private final RequestMetrics metrics = new RequestMetrics(false);
    private Duration runtimeInterval = Duration.ZERO;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        client.close();
        loops.close();
    }

    @Test
    void aScrapeTellsRequestsProcessAndRuntime() throws Exception {
        metrics.ofThisLoop().invocations(200).record(1);
        int port = listen(null);

        HttpResponse<String> answer = send(request(port, "/metrics?x=1").GET());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValue("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
        assertThat(answer.headers().firstValue("date")).isPresent();
        assertThat(answer.body())
                .contains("kn_serving_invocation_duration_seconds_count{http_response_status_code=\"200\"")
                .contains("\ntarget_info{container_name=\"queue-proxy\"} 1\n")
                .containsPattern("\nprocess_resident_memory_bytes [1-9]\\d{6,}\n")
                .containsPattern("\nprocess_cpu_seconds_total \\d+(\\.\\d+)?\n")
                .containsPattern("\nprocess_start_time_seconds 1\\d{9}(\\.\\d+)?\n")
                .containsPattern("\nprocess_open_fds \\d+\n")
                .containsPattern("\nprocess_max_fds \\d+(\\.\\d+e\\+19)?\n")
                .containsPattern("\nprocess_virtual_memory_bytes \\d+(\\.\\d+e\\+\\d+)?\n")
                .containsPattern("\nprocess_virtual_memory_max_bytes (\\d+|1\\.8446744073709552e\\+19)\n")
                .containsPattern("\nprocess_network_receive_bytes_total \\d+(\\.\\d+e\\+\\d+)?\n")
                .containsPattern("\nprocess_network_transmit_bytes_total \\d+(\\.\\d+e\\+\\d+)?\n")
                .containsPattern(
                        "\njvm_memory_used_bytes\\{jvm_memory_pool_name=\"[^\"]+\",jvm_memory_type=\"heap\",.*\\} \\d+\n")
                .containsPattern("\njvm_cpu_time_seconds_total\\{.*\\} \\d+(\\.\\d+)?\n")
                .contains("# TYPE jvm_thread_count gauge\n");
    }

    @Test
    void scrapesAreCountedByTheirStatus() throws Exception {
        int port = listen(null);

        assertThat(send(request(port, "/metrics").GET()).body())
                .contains("# TYPE promhttp_metric_handler_requests_total counter\n")
                .contains("\npromhttp_metric_handler_requests_total{code=\"200\"} 0\n")
                .contains("\npromhttp_metric_handler_requests_total{code=\"500\"} 0\n")
                .contains("\npromhttp_metric_handler_requests_total{code=\"503\"} 0\n")
                .contains("\npromhttp_metric_handler_requests_in_flight 1\n");
        send(request(port, "/elsewhere").GET());
        assertThat(send(request(port, "/metrics").GET()).body())
                .contains("\npromhttp_metric_handler_requests_total{code=\"200\"} 1\n")
                .contains("\npromhttp_metric_handler_requests_in_flight 1\n");
    }

    @Test
    void theRuntimeIsNotReadAgainBeforeItsInterval() throws Exception {
        runtimeInterval = Duration.ofHours(1);
        int port = listen(null);
        String first = send(request(port, "/metrics").GET()).body();
        String second = send(request(port, "/metrics").GET()).body();

        // Which grows with every scrape.
        assertThat(line(second, "jvm_cpu_time_seconds_total")).isEqualTo(line(first, "jvm_cpu_time_seconds_total"));
        runtimeInterval = Duration.ZERO;
        int eager = listen(null);
        String now = line(send(request(eager, "/metrics").GET()).body(), "jvm_cpu_time_seconds_total");
        String later = now;
        for (long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                later.equals(now) && System.nanoTime() < end; ) {
            later = line(send(request(eager, "/metrics").GET()).body(), "jvm_cpu_time_seconds_total");
        }
        assertThat(later).isNotEqualTo(now);
    }

    private static String line(String body, String name) {
        return body.lines().filter(line -> line.startsWith(name)).findFirst().orElseThrow();
    }

    @Test
    void everyLineIsOfTheFormat() throws Exception {
        int port = listen(null);

        String text = send(request(port, "/metrics").GET()).body();

        assertThat(text.lines())
                .allMatch(line -> line.matches("# (HELP|TYPE) [a-z0-9_]+ .*")
                        || line.matches("[a-z0-9_]+(\\{([a-z_]+=\"[^\"]*\",?)+\\})? [-+0-9.eIN][^ ]*"));
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE ")))
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void aScraperThatWantsItGetsGzip() throws Exception {
        int port = listen(null);

        HttpResponse<byte[]> answer = client.send(
                request(port, "/metrics").header("Accept-Encoding", "gzip").build(), BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("content-encoding")).hasValue("gzip");
        try (InputStream in = new GZIPInputStream(new java.io.ByteArrayInputStream(answer.body()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("target_info");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void otherMethodsAreNotAllowed(String method) throws Exception {
        int port = listen(null);

        HttpResponse<String> answer =
                send(request(port, "/metrics").method(method, HttpRequest.BodyPublishers.ofString("x")));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD");
        assertThat(answer.body()).isEqualTo("Method Not Allowed\n");
    }

    @Test
    void headHasTheLengthAndNoBody() throws Exception {
        int port = listen(null);

        HttpResponse<String> answer = send(request(port, "/metrics").HEAD());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValueAsLong("content-length").orElse(0))
                .isGreaterThan(1000);
        assertThat(send(request(port, "/metrics").GET()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metric", "/metrics/", "/metricsx"})
    void otherPathsAreNotFound(String path) throws Exception {
        int port = listen(null);

        HttpResponse<String> answer = send(request(port, path).GET());

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("404 page not found\n");
    }

    @Test
    void pipelinedScrapesAreAnsweredInOrder() throws Exception {
        int port = listen(null);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100_000);
            for (String head : List.of("/metrics HTTP/1.1", "/x HTTP/1.1", "/metrics HTTP/1.1\r\nConnection: close")) {
                socket.getOutputStream()
                        .write(("GET " + head + "\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(all.lines().filter(line -> line.startsWith("HTTP/1.1 ")).map(line -> line.substring(9, 12)))
                    .containsExactly("200", "404", "200");
        }
    }

    @Test
    void aHeadThatTakesMoreThanFiveSecondsIsNotAwaited() throws Exception {
        int port = listen(null);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100_000);
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void overTls() throws Exception {
        int port = listen(ServerTls.read(
                TestAuthority.FILES.resolve("ec.pem"),
                TestAuthority.FILES.resolve("ec-sec1.key"),
                null,
                new ServerTls.Accepted(List.of("TLSv1.3"), List.of(), List.of(), List.of())));
        try (HttpClient secure =
                HttpClient.newBuilder().sslContext(TestAuthority.trusted()).build()) {
            HttpResponse<String> answer = secure.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/metrics"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.body()).contains("target_info");
        }
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.setSoTimeout(100_000);
            plain.getOutputStream().write("GET /metrics HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(plain.getInputStream(), StandardCharsets.ISO_8859_1))
                            .lines()
                            .filter(line -> line.contains("target_info")))
                    .isEmpty();
        }
    }

    @Test
    void olderControllersGetNoTargetInfo() throws Exception {
        Gathering gathering = new Gathering(
                new RequestMetrics(true),
                new OpenCensusNames(new Identity("ns", "svc", "cfg", "rev", "pod", "10.0.0.1", "pod")),
                List.of(Label.of("container.name", "queue-proxy")),
                Duration.ZERO);

        assertThat(gathering.exposition(new Scrapes()))
                .doesNotContain("target_info")
                .doesNotContain("jvm_")
                .contains("process_");
    }

    private int listen(ServerTls tls) throws IOException {
        Gathering gathering = new Gathering(
                metrics,
                new KnativeNames("127.0.0.1", 8080),
                List.of(Label.of("container.name", "queue-proxy")),
                runtimeInterval);
        Channel listener = Listener.bind(
                loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new MetricsServer(gathering, tls));
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(100));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
