package dev.baton.metrics;

import static dev.baton.metrics.WatchedProxy.await;
import static dev.baton.metrics.WatchedProxy.awaitSeries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the request path measures, told by requests through it. */
class RequestMetricsTest {
    private static final String SERVER = "http.server.request.duration";
    private static final String CLIENT = "http.client.request.duration";
    private static final String INVOCATION = "kn.serving.invocation.duration";

    private final RequestMetrics metrics = new RequestMetrics(false);
    private final Observation observation = new Observation(metrics, false, true);

    @ParameterizedTest
    @EnumSource(Version.class)
    void aRequestIsMeasuredOnceAtEachPlace(Version version) throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation, "CONTAINER_CONCURRENCY", "10")) {
            assertThat(proxy.send(version, "POST", "/echo", "hello", "Knative-Serving-Tag", "blue")
                            .body())
                    .isEqualTo("hello");

            String spoken = version == Version.HTTP_2 ? "2.0" : "1.1";
            List<Label> labels = List.of(
                    Label.of("http.request.method", "POST"),
                    Label.of("http.response.status_code", 200),
                    Label.of("kn.route.tag", "blue"),
                    Label.of("network.protocol.version", spoken),
                    Label.of("server.address", "127.0.0.1"),
                    Label.of("url.scheme", "http"));
            assertThat(awaitSeries(metrics, SERVER, labels).count()).isEqualTo(1);
            assertThat(awaitSeries(metrics, "http.server.request.body.size", labels)
                            .sum())
                    .isEqualTo(5);
            assertThat(awaitSeries(metrics, "http.server.response.body.size", labels)
                            .sum())
                    .isEqualTo(5);
            assertThat(awaitSeries(metrics, CLIENT, labels).count()).isEqualTo(1);
            assertThat(awaitSeries(metrics, "http.client.request.body.size", labels)
                            .sum())
                    .isEqualTo(5);
            Distribution invocation =
                    awaitSeries(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 200)));
            assertThat(invocation.count()).isEqualTo(1);
            assertThat(invocation.sum()).isBetween(0.0, 20.0);
            assertThat(depth()).isEqualTo(1);
        }
    }

    @Test
    void bodiesThatPassFromSocketToSocketHaveTheirSize() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            String large = "x".repeat(3_000_000);
            assertThat(proxy.send(Version.HTTP_1_1, "POST", "/echo", large).body())
                    .isEqualTo(large);

            List<Label> labels = List.of(Label.of("http.request.method", "POST"));
            for (String family : List.of(
                    "http.server.request.body.size",
                    "http.server.response.body.size",
                    "http.client.request.body.size")) {
                assertThat(awaitSeries(metrics, family, labels).sum()).isEqualTo(large.length());
            }
        }
    }

    @Test
    void aSecondAndThirdRequestOfOneConnectionFindTheirSeries() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            proxy.get("/hello");
            proxy.get("/missing");
            proxy.get("/hello");

            await(() -> (awaitCount(SERVER, 200) == 2 && awaitCount(SERVER, 404) == 1) ? true : null);
            assertThat(awaitCount(CLIENT, 404)).isEqualTo(1);
            assertThat(awaitCount(INVOCATION, 200)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"User-Agent, kube-probe/1.30", "K-Kubelet-Probe, queue", "K-Network-Probe, queue"})
    void probesAreNoUsersRequests(String field, String value) throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            proxy.get("/hello", field, value);
            proxy.get("/missing");

            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 404)));
            assertThat(WatchedProxy.series(metrics, SERVER, List.of(Label.of("http.response.status_code", 200))))
                    .isNull();
            assertThat(WatchedProxy.series(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 200))))
                    .isNull();
        }
    }

    @Test
    void aRequestThatTakesTooLongIsA504Everywhere() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation, "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "4")) {
            assertThat(proxy.get("/never").statusCode()).isEqualTo(504);

            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 504)));
            awaitSeries(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 504)));
            awaitSeries(metrics, CLIENT, List.of(Label.of("error.type", "*errors.errorString")));
        }
    }

    @Test
    void orAsTheQueueProxyCountsIt() throws Exception {
        Observation imitating = new Observation(metrics, false, false);
        try (WatchedProxy proxy = new WatchedProxy(imitating, "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "4")) {
            assertThat(proxy.get("/never").statusCode()).isEqualTo(504);

            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 504)));
            awaitSeries(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 200)));
        }
    }

    @Test
    void aClientThatLeavesIsCountedAsSuch() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                OutputStream out = client.getOutputStream();
                out.write("GET /never HTTP/1.1\r\nHost: app\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                Thread.sleep(200);
            }

            awaitSeries(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 499)));
            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 200)));
        }
    }

    @Test
    void anAnswerThatIsCutOffIsA500() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            assertThatThrownBy(() -> proxy.get("/cut")).isInstanceOf(IOException.class);

            awaitSeries(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 500)));
        }
    }

    @Test
    void aProgramThatCannotBeReachedIsAnErrorOfItsType() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            proxy.endProgram();
            assertThat(proxy.get("/hello").statusCode()).isEqualTo(502);

            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 502)));
            awaitSeries(metrics, CLIENT, List.of(Label.of("error.type", "*net.OpError")));
        }
    }

    @Test
    void fullQueuesShowInTheServersMetricsAlone() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(
                observation, "CONTAINER_CONCURRENCY", "1", "REVISION_RESPONSE_START_TIMEOUT_SECONDS", "60")) {
            Socket[] waiting = new Socket[12];
            for (int i = 0; i < waiting.length; i++) {
                waiting[i] = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                waiting[i]
                        .getOutputStream()
                        .write("GET /never HTTP/1.1\r\nHost: app\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }

            awaitSeries(metrics, SERVER, List.of(Label.of("http.response.status_code", 503)));
            assertThat(WatchedProxy.series(metrics, INVOCATION, List.of(Label.of("http.response.status_code", 503))))
                    .isNull();
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void methodsThatClientsInventAreOne() throws Exception {
        try (WatchedProxy proxy = new WatchedProxy(observation)) {
            proxy.send(Version.HTTP_1_1, "BREW", "/hello", "");

            awaitSeries(metrics, SERVER, List.of(Label.of("http.request.method", "_OTHER")));
        }
    }

    private double depth() {
        return metrics.collect(new KnativeNames("127.0.0.1", 8080)).stream()
                .filter(family -> family.name().equals("kn.serving.queue.depth"))
                .map(family -> ((Point.Value) family.points().getFirst()).value())
                .findFirst()
                .orElseThrow();
    }

    private long awaitCount(String family, int status) {
        Distribution series =
                WatchedProxy.series(metrics, family, List.of(Label.of("http.response.status_code", status)));
        return series == null ? 0 : series.count();
    }
}
