package dev.baton.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Telemetry, from OBSERVABILITY_CONFIG or, if that is empty, from what controllers before 1.19 send.
 *
 * @param profiling runtime.profiling is {@code enabled}
 * @param profilingPort PROFILING_PORT
 * @param runtimeInterval runtime.exportInterval: the runtime is not measured more often than that
 * @param otel every variable whose name begins with {@code OTEL_}, for the exporters
 */
public record Observability(
        Tracing tracing,
        RequestMetrics requestMetrics,
        RequestLog requestLog,
        boolean profiling,
        int profilingPort,
        Duration runtimeInterval,
        Map<String, String> otel) {

    /** How telemetry leaves. */
    public enum Protocol {
        NONE,
        GRPC,
        HTTP_PROTOBUF,
        /** Metrics only: a listener that is scraped. */
        PROMETHEUS,
        /** Traces only: one JSON line for each span. */
        STDOUT,
        /** Traces only, controllers before 1.19. */
        ZIPKIN
    }

    /**
     * Where spans go.
     *
     * @param endpoint URL, used as given, or empty
     * @param samplingRate 0 to 1
     */
    public record Tracing(Protocol protocol, String endpoint, double samplingRate) {}

    /**
     * Metrics of the request path.
     *
     * @param endpoint URL for the pushing protocols, else empty
     * @param interval between two pushes; zero leaves it to the exporter
     * @param listener where Prometheus scrapes; null unless the protocol is {@link Protocol#PROMETHEUS}
     * @param openCensusNames the names that dashboards of controllers before 1.19 query ({@code revision_request_count}, ...) are wanted
     */
    public record RequestMetrics(
            Protocol protocol,
            String endpoint,
            Duration interval,
            @Nullable MetricsListener listener,
            boolean openCensusNames) {}

    /**
     * The listener that Prometheus scrapes.
     *
     * @param host empty for every interface
     * @param tls null for plain HTTP
     */
    public record MetricsListener(String host, int port, @Nullable MetricsTls tls) {}

    /**
     * TLS on that listener.
     *
     * @param clientCa PEM file of authorities for clients, null unless {@code clientAuth} asks for certificates
     */
    public record MetricsTls(
            Path certificate, Path key, ClientAuth clientAuth, @Nullable Path clientCa, TlsParameters parameters) {}

    /** Whether a scraper must show a certificate. */
    public enum ClientAuth {
        NONE,
        OPTIONAL,
        REQUIRE
    }

    /**
     * One line for each request.
     *
     * @param template Go text/template, taken as given
     * @param probes health checks are logged too
     */
    public record RequestLog(boolean enabled, String template, boolean probes) {}
}
