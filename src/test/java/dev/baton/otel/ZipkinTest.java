package dev.baton.otel;

import static dev.baton.metrics.WatchedProxy.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.config.Identity;
import dev.baton.config.Observability;
import dev.baton.config.Observability.Protocol;
import dev.baton.metrics.Observation;
import dev.baton.metrics.ResourceLabels;
import dev.baton.metrics.WatchedProxy;
import java.io.OutputStream;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Requests through the main port, and what a Zipkin collector hears of them. */
class ZipkinTest {
    /** What we have to say of collectors that refuse, which is what one of these tests is about. Held, or it is forgotten. */
    private static final Logger SPANS = Logger.getLogger(ZipkinSpans.class.getName());

    static {
        SPANS.setLevel(Level.OFF);
    }

    private static final Identity POD = new Identity("ns", "svc", "cfg", "rev", "rev-pod", "10.0.0.1", "host");
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    private final Observation observation = new Observation(null, true, true);

    /** The first export of a process loads its client, which on a busy machine can take longer than an export may. */
    @BeforeAll
    static void theClientIsLoaded() throws Exception {
        ZipkinTest first = new ZipkinTest();
        for (int attempt = 0; attempt < 3; attempt++) {
            try (ZipkinCollector zipkin = new ZipkinCollector(202);
                    WatchedProxy proxy = new WatchedProxy(first.observation)) {
                Collecting collecting = first.traces(zipkin, 1, proxy);
                proxy.get("/hello");
                for (int i = 0; i < 1000 && zipkin.span("GET") == null; i++) {
                    Thread.sleep(10);
                }
                collecting.close();
                if (zipkin.span("GET") != null) {
                    return;
                }
            }
        }
    }

    @Test
    void spansArriveInZipkinsSecondFormat() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                WatchedProxy proxy = new WatchedProxy(observation, "CONTAINER_CONCURRENCY", "5")) {
            long before = System.currentTimeMillis() * 1000;
            Collecting collecting = traces(zipkin, 1, proxy);
            proxy.get("/missing?a=b", "traceparent", "00-" + TRACE + "-" + CALLER + "-01", "User-Agent", "quo\"te\\");
            // The server's span ends a moment after the client has its answer.
            JsonNode server = await(() -> zipkin.span("GET"));
            collecting.close();

            JsonNode proxied = await(() -> zipkin.span("kn.queueproxy.proxy"));
            JsonNode waiting = await(() -> zipkin.span("kn.queueproxy.wait"));
            JsonNode client = await(() -> zipkin.span("HTTP GET"));
            assertThat(zipkin.spans).hasSize(4).allSatisfy(span -> {
                assertThat(span.path("traceId").asString()).isEqualTo(TRACE);
                assertThat(span.path("id").asString()).matches("[0-9a-f]{16}");
                assertThat(span.path("timestamp").asLong()).isBetween(before, before + 60_000_000L);
                assertThat(span.path("duration").asLong()).isBetween(1L, 60_000_000L);
                assertThat(span.path("localEndpoint").toString())
                        .isEqualTo("{\"serviceName\":\"rev-pod\",\"ipv4\":\"10.0.0.1\"}");
                assertThat(span.path("tags").propertyStream())
                        .allMatch(tag -> tag.getValue().isString());
            });
            assertThat(server.path("parentId").asString()).isEqualTo(CALLER);
            assertThat(proxied.path("parentId")).isEqualTo(server.path("id"));
            assertThat(waiting.path("parentId")).isEqualTo(proxied.path("id"));
            assertThat(client.path("parentId")).isEqualTo(waiting.path("id"));
            assertThat(server.path("kind").asString()).isEqualTo("SERVER");
            assertThat(client.path("kind").asString()).isEqualTo("CLIENT");
            assertThat(proxied.has("kind")).isFalse();
            assertThat(server.path("remoteEndpoint").path("ipv4").asString()).isEqualTo("127.0.0.1");
            assertThat(server.path("remoteEndpoint").path("port").isInt()).isTrue();
            assertThat(client.path("remoteEndpoint").toString())
                    .isEqualTo("{\"ipv4\":\"127.0.0.1\",\"port\":" + proxy.programPort() + "}");
            assertThat(server.path("tags").path("http.response.status_code").asString())
                    .isEqualTo("404");
            assertThat(server.path("tags").path("user_agent.original").asString())
                    .isEqualTo("quo\"te\\");
            assertThat(server.path("tags").has("error")).isFalse();
            assertThat(client.path("tags").path("otel.status_code").asString()).isEqualTo("ERROR");
            assertThat(client.path("tags").has("error")).isTrue();
            assertThat(proxied.path("tags").path("otel.scope.name").asString())
                    .isEqualTo("knative.dev/serving/pkg/queue");
            assertThat(zipkin.heads)
                    .isNotEmpty()
                    .allMatch(head -> head.equals("POST /api/v2/spans application/json b3=0"));
            assertThat(collecting.lostSpans()).isZero();
        }
    }

    @Test
    void aSpanWithoutAParentHasNoneInTheMessage() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(zipkin, 1, proxy);
            proxy.get("/hello");
            JsonNode server = await(() -> zipkin.span("GET"));
            collecting.close();
            assertThat(server.has("parentId")).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void aCallerThatSpeaksB3AloneIsTheParentAndTheProgramIsToldInBothWays(Version version) throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(zipkin, 1, proxy);
            String fields = proxy.send(
                            version,
                            "GET",
                            "/fields",
                            "",
                            "X-B3-TraceId",
                            TRACE,
                            "X-B3-SpanId",
                            CALLER,
                            "X-B3-Sampled",
                            "1")
                    .body()
                    .toLowerCase(Locale.ROOT);
            JsonNode client = await(() -> zipkin.span("HTTP GET"));
            JsonNode server = await(() -> zipkin.span("GET"));
            collecting.close();

            String id = client.path("id").asString();
            assertThat(server.path("parentId").asString()).isEqualTo(CALLER);
            assertThat(fields)
                    .contains("traceparent=00-" + TRACE + "-" + id + "-01")
                    .contains("x-b3-traceid=" + TRACE)
                    .contains("x-b3-spanid=" + id)
                    .contains("x-b3-sampled=1")
                    .doesNotContain(CALLER);
        }
    }

    @Test
    void aTraceparentGoesBeforeB3() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(zipkin, 1, proxy);
            proxy.get(
                    "/hello",
                    "traceparent",
                    "00-" + TRACE + "-" + CALLER + "-01",
                    "X-B3-TraceId",
                    "1".repeat(32),
                    "X-B3-SpanId",
                    "2".repeat(16));
            JsonNode server = await(() -> zipkin.span("GET"));
            collecting.close();
            assertThat(server.path("traceId").asString()).isEqualTo(TRACE);
            assertThat(server.path("parentId").asString()).isEqualTo(CALLER);
        }
    }

    @Test
    void whatTheCallerHasSampledIsSampledHereWhateverTheRate() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(202);
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(zipkin, 0, proxy);
            proxy.get("/hello");
            proxy.get("/hello", "traceparent", "00-" + TRACE + "-" + CALLER + "-00");
            proxy.get("/hello", "traceparent", "00-" + "7".repeat(32) + "-" + CALLER + "-01");
            await(() -> zipkin.span("GET"));
            collecting.close();
            assertThat(zipkin.spans)
                    .isNotEmpty()
                    .allMatch(span -> span.path("traceId").asString().equals("7".repeat(32)));
        }
    }

    @Test
    void whatTheCollectorRefusesIsCountedAsLost() throws Exception {
        try (ZipkinCollector zipkin = new ZipkinCollector(503);
                WatchedProxy proxy = new WatchedProxy(observation)) {
            Collecting collecting = traces(zipkin, 1, proxy);
            assertThat(proxy.get("/hello").statusCode()).isEqualTo(200);
            await(() -> zipkin.span("GET"));
            collecting.close();
            assertThat(collecting.lostSpans()).isEqualTo(3);
        }
    }

    @Test
    void anEndpointThatIsNoUrlIsAnError() {
        for (String endpoint : List.of("", "zipkin", "ftp://zipkin/", "http://")) {
            assertThatIllegalArgumentException()
                    .as(endpoint)
                    .isThrownBy(() -> Collecting.traces(
                            asked(endpoint, 1),
                            POD,
                            List.of(),
                            OutputStream.nullOutputStream(),
                            org.junit.jupiter.api.Assertions::fail));
        }
    }

    private Collecting traces(ZipkinCollector zipkin, double rate, WatchedProxy proxy) {
        Observability asked = asked(zipkin.endpoint(), rate);
        Collecting collecting = Collecting.traces(
                asked,
                POD,
                ResourceLabels.of(POD, asked),
                OutputStream.nullOutputStream(),
                org.junit.jupiter.api.Assertions::fail);
        observation.tracing(collecting.tracing("127.0.0.1", proxy.programPort()));
        return collecting;
    }

    private static Observability asked(String endpoint, double rate) {
        return new Observability(
                new Observability.Tracing(Protocol.ZIPKIN, endpoint, rate),
                new Observability.RequestMetrics(Protocol.NONE, "", Duration.ZERO, null, false),
                new Observability.RequestLog(false, "", false),
                false,
                8008,
                Duration.ofSeconds(15),
                Map.of("OTEL_BSP_SCHEDULE_DELAY", "100"));
    }
}
