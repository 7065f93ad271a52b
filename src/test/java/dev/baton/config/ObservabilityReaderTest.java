package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.baton.config.Observability.ClientAuth;
import dev.baton.config.Observability.MetricsListener;
import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.RequestMetrics;
import dev.baton.config.Observability.Tracing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObservabilityReaderTest {
    private static final String SCRAPED = "{\"requestMetrics\":{\"protocol\":\"prometheus\"}}";

    @Test
    void everythingIsOffByDefault() {
        for (Environment environment : List.of(Environment.minimal(), document("{}"))) {
            Observability config = environment.read().observability();
            assertThat(config.tracing()).isEqualTo(new Tracing(Protocol.NONE, "", 0));
            assertThat(config.requestMetrics())
                    .isEqualTo(new RequestMetrics(Protocol.NONE, "", Duration.ZERO, null, false));
            assertThat(config.requestLog().enabled()).isFalse();
            assertThat(config.requestLog().template())
                    .startsWith("{\"httpRequest\"")
                    .contains("{{.TraceID}}");
            assertThat(config.profiling()).isFalse();
            assertThat(config.profilingPort()).isEqualTo(8008);
            assertThat(config.runtimeInterval()).hasSeconds(15);
        }
    }

    @Test
    void aWholeDocument() {
        Observability config = document(
                        """
                        {"tracing":{"protocol":"http/protobuf","endpoint":"http://c:4318/v1/traces","samplingRate":0.25},
                         "metrics":{"protocol":"anything"},
                         "runtime":{"profiling":"enabled","exportInterval":30000000000},
                         "requestMetrics":{"protocol":"grpc","endpoint":"http://c:4317","exportInterval":5000000000},
                         "enableRequestLog":true,"requestLogTemplate":"{{.Request.Method}}","enableProbeRequestLog":true,
                         "EnableVarLogCollection":true,"LoggingURLTemplate":"x"}
                        """)
                .read()
                .observability();
        assertThat(config.tracing()).isEqualTo(new Tracing(Protocol.HTTP_PROTOBUF, "http://c:4318/v1/traces", 0.25));
        assertThat(config.requestMetrics())
                .isEqualTo(new RequestMetrics(Protocol.GRPC, "http://c:4317", Duration.ofSeconds(5), null, false));
        assertThat(config.requestLog()).isEqualTo(new Observability.RequestLog(true, "{{.Request.Method}}", true));
        assertThat(config.profiling()).isTrue();
        assertThat(config.runtimeInterval()).hasSeconds(30);
    }

    @ParameterizedTest
    @CsvSource({
        "'',0",
        "':9191',9191",
        "'1.2.3.4:9191',9191",
        "'[::1]:9191',9191",
    })
    void prometheusListens(String endpoint, int port) {
        Observability config = document(
                        "{\"requestMetrics\":{\"protocol\":\"prometheus\",\"endpoint\":\"" + endpoint + "\"}}")
                .read()
                .observability();
        String host = endpoint.isEmpty()
                ? ""
                : endpoint.substring(0, endpoint.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
        assertThat(config.requestMetrics().listener())
                .isEqualTo(new MetricsListener(host, port == 0 ? 9091 : port, null));
    }

    @Test
    void theStandardVariablesGoBeforeTheDocument() {
        Environment environment = document("{\"tracing\":{\"protocol\":\"http/protobuf\",\"endpoint\":\"http://json\"},"
                        + "\"requestMetrics\":{\"protocol\":\"http/protobuf\",\"endpoint\":\"http://json\"}}")
                .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://base/")
                .with("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics/x")
                .with("OTEL_SERVICE_NAME", "shop");
        Observability config = environment.read().observability();
        assertThat(config.tracing().endpoint()).isEqualTo("http://base/v1/traces");
        assertThat(config.requestMetrics().endpoint()).isEqualTo("http://metrics/x");
        assertThat(config.otel()).hasSize(3).containsEntry("OTEL_SERVICE_NAME", "shop");
        MetricsListener listener = document(SCRAPED)
                .with("METRICS_PROMETHEUS_HOST", "1.2.3.4")
                .with("METRICS_PROMETHEUS_PORT", "9999")
                .read()
                .observability()
                .requestMetrics()
                .listener();
        assertThat(listener).isEqualTo(new MetricsListener("1.2.3.4", 9999, null));
    }

    @Test
    void scrapersMayHaveToShowACertificate() {
        Environment environment = document(SCRAPED)
                .with("METRICS_PROMETHEUS_TLS_CERT", "/c")
                .with("METRICS_PROMETHEUS_TLS_KEY", "/k")
                .with("METRICS_PROMETHEUS_TLS_CLIENT_AUTH", " Require ")
                .with("METRICS_PROMETHEUS_TLS_CLIENT_CA_FILE", "/ca")
                .with("METRICS_PROMETHEUS_TLS_MIN_VERSION", "1.2")
                .with("METRICS_PROMETHEUS_TLS_CURVE_PREFERENCES", "X25519, P-256,CurveP521");
        var tls = environment.read().observability().requestMetrics().listener().tls();
        assertThat(tls.clientAuth()).isEqualTo(ClientAuth.REQUIRE);
        assertThat(tls.clientCa()).hasFileName("ca");
        assertThat(tls.parameters().versions()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(tls.parameters().groups()).containsExactly("x25519", "secp256r1", "secp521r1");
    }

    @ParameterizedTest
    @CsvSource({
        "METRICS_PROMETHEUS_PORT,80",
        "METRICS_PROMETHEUS_PORT,x",
        "METRICS_PROMETHEUS_TLS_CERT,/c",
        "METRICS_PROMETHEUS_TLS_KEY,/k",
        "METRICS_PROMETHEUS_TLS_CLIENT_AUTH,require",
        "METRICS_PROMETHEUS_TLS_CLIENT_AUTH,perhaps",
        "METRICS_PROMETHEUS_TLS_CLIENT_CA_FILE,/ca",
    })
    void aListenerThatCannotBeEndsTheStart(String name, String value) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(document(SCRAPED).with(name, value)::read)
                .withMessageContaining("METRICS_PROMETHEUS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"tracing\":1}",
                "{\"tracing\":{\"protocol\":\"zipkin\"}}",
                "{\"tracing\":{\"samplingRate\":\"1\"}}",
                "{\"tracing\":{\"protocol\":\"grpc\",\"endpoint\":\"127.0.0.1:4317\"}}",
                "{\"tracing\":{\"protocol\":\"http/protobuf\",\"endpoint\":\"http://a b/\"}}",
                "{\"requestMetrics\":{\"protocol\":\"grpc\",\"endpoint\":\"http://[::1\"}}",
                "{\"requestMetrics\":{\"protocol\":\"opencensus\"}}",
                "{\"requestMetrics\":{\"exportInterval\":\"5s\"}}",
                "{\"requestMetrics\":{\"exportInterval\":-1}}",
                "{\"requestMetrics\":{\"protocol\":\"prometheus\",\"endpoint\":\"9091\"}}",
                "{\"requestMetrics\":{\"protocol\":\"prometheus\",\"endpoint\":\"::1:9091\"}}",
                "{\"requestMetrics\":{\"protocol\":\"prometheus\",\"endpoint\":\":80\"}}",
                "{\"enableRequestLog\":\"true\"}"
            })
    void aBadDocumentEndsTheStart(String json) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(document(json)::read)
                .withMessageStartingWith("OBSERVABILITY_CONFIG: ");
    }

    @ParameterizedTest
    @CsvSource({
        "grpc,127.0.0.1:4317,OTEL_EXPORTER_OTLP_ENDPOINT,http://other:4317",
        "http/protobuf,127.0.0.1:4318,OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,http://other:4318",
        "none,127.0.0.1:4317,,",
        "grpc,collector:4317,,",
        "grpc,http://user:secret@[::1]:4317/%2F,,",
    })
    void anEndpointThatIsNotUsedOrThatIsAUrlIsNone(String protocol, String endpoint, String name, String value) {
        Environment environment =
                document("{\"tracing\":{\"protocol\":\"" + protocol + "\",\"endpoint\":\"" + endpoint + "\"}}");
        Observability config = (name == null ? environment : environment.with(name, value))
                .read()
                .observability();
        assertThat(config.tracing().endpoint())
                .isEqualTo(name != null ? value : protocol.equals("none") ? "" : endpoint);
    }

    @Test
    void aSamplerArgumentThatIsNoNumberEndsTheStartWhereItWouldDecide() {
        String traced = "{\"tracing\":{\"protocol\":\"grpc\",\"endpoint\":\"http://c:1\"}}";
        Environment bad = document(traced).with("OTEL_TRACES_SAMPLER_ARG", "often");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(bad::read)
                .withMessageStartingWith("OTEL_TRACES_SAMPLER_ARG: ");
        assertThat(bad.with("OTEL_TRACES_SAMPLER", "always_on")
                        .read()
                        .observability()
                        .otel())
                .containsEntry("OTEL_TRACES_SAMPLER_ARG", "often");
        assertThat(document("{\"tracing\":{\"protocol\":\"stdout\"}}")
                        .with("OTEL_TRACES_SAMPLER_ARG", "often")
                        .read()
                        .observability()
                        .tracing()
                        .protocol())
                .isEqualTo(Protocol.STDOUT);
    }

    @Test
    void contentIsNeverRepeated() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(document("{\"tracing\":{\"endpoint\":\"http://user:secret@c\",}}")::read)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void olderControllersSendSingleVariables() {
        Environment older = Environment.minimal()
                .with("SERVING_REQUEST_METRICS_BACKEND", "prometheus")
                .with("SERVING_REQUEST_METRICS_REPORTING_PERIOD_SECONDS", "5")
                .with("SERVING_REQUEST_LOG_TEMPLATE", "{{.Response.Code}}")
                .with("SERVING_ENABLE_REQUEST_LOG", "true")
                .with("SERVING_ENABLE_PROBE_REQUEST_LOG", "true")
                .with("TRACING_CONFIG_BACKEND", "zipkin")
                .with("TRACING_CONFIG_SAMPLE_RATE", "0.1")
                .with("TRACING_CONFIG_ZIPKIN_ENDPOINT", "http://z:9411/api/v2/spans")
                .with("ENABLE_PROFILING", "true")
                .with("METRICS_DOMAIN", "knative.dev/internal/serving")
                .with("METRICS_COLLECTOR_ADDRESS", "");
        Observability config = older.read().observability();
        assertThat(config.requestMetrics())
                .isEqualTo(new RequestMetrics(
                        Protocol.PROMETHEUS, "", Duration.ofSeconds(5), new MetricsListener("", 9091, null), true));
        assertThat(config.requestLog()).isEqualTo(new Observability.RequestLog(true, "{{.Response.Code}}", true));
        assertThat(config.tracing()).isEqualTo(new Tracing(Protocol.ZIPKIN, "http://z:9411/api/v2/spans", 0.1));
        assertThat(config.profiling()).isTrue();
        assertThat(older.with("TRACING_CONFIG_DEBUG", "true")
                        .read()
                        .observability()
                        .tracing()
                        .samplingRate())
                .isOne();
        assertThat(older.with("OBSERVABILITY_CONFIG", "{}")
                        .read()
                        .observability()
                        .requestMetrics()
                        .protocol())
                .isEqualTo(Protocol.NONE);
        assertThat(Environment.minimal()
                        .with("SERVING_REQUEST_METRICS_BACKEND", "opencensus")
                        .read()
                        .warnings())
                .anySatisfy(line -> assertThat(line).contains("opencensus"));
    }

    private static Environment document(String json) {
        return Environment.minimal().with("OBSERVABILITY_CONFIG", json);
    }
}
