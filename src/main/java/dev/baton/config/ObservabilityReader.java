package dev.baton.config;

import dev.baton.config.Observability.ClientAuth;
import dev.baton.config.Observability.MetricsListener;
import dev.baton.config.Observability.MetricsTls;
import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.RequestLog;
import dev.baton.config.Observability.RequestMetrics;
import dev.baton.config.Observability.Tracing;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OBSERVABILITY_CONFIG with its overrides, or the single variables of controllers before 1.19. */
final class ObservabilityReader {
    /** Knative's own default, for a configuration that names no template. */
    private static final String LOG_TEMPLATE =
            "{\"httpRequest\": {\"requestMethod\": \"{{.Request.Method}}\", \"requestUrl\":"
                    + " \"{{js .Request.RequestURI}}\", \"requestSize\": \"{{.Request.ContentLength}}\", \"status\":"
                    + " {{.Response.Code}}, \"responseSize\": \"{{.Response.Size}}\", \"userAgent\": \"{{js .Request.UserAgent}}\","
                    + " \"remoteIp\": \"{{js .Request.RemoteAddr}}\", \"serverIp\": \"{{.Revision.PodIP}}\", \"referer\":"
                    + " \"{{js .Request.Referer}}\", \"latency\": \"{{.Response.Latency}}s\", \"protocol\":"
                    + " \"{{.Request.Proto}}\"}, \"traceId\": \"{{.TraceID}}\"}";

    private static final Duration RUNTIME_INTERVAL = Duration.ofSeconds(15);

    private final Env env;

    private ObservabilityReader(Env env) {
        this.env = env;
    }

    static Observability read(Env env) {
        String json = env.given(Setting.OBSERVABILITY_CONFIG);
        ObservabilityReader reader = new ObservabilityReader(env);
        return json == null
                ? reader.singleVariables()
                : reader.document(JsonTree.object(Setting.OBSERVABILITY_CONFIG, json));
    }

    private Observability document(JsonTree document) {
        JsonTree runtime = document.object("runtime");
        return new Observability(
                tracing(document.object("tracing")),
                requestMetrics(document.object("requestMetrics")),
                new RequestLog(
                        document.flag("enableRequestLog"),
                        document.text("requestLogTemplate", LOG_TEMPLATE),
                        document.flag("enableProbeRequestLog")),
                runtime.text("profiling", "").equals("enabled"),
                env.port(Setting.PROFILING_PORT, 1),
                nanos(runtime, RUNTIME_INTERVAL),
                otel());
    }

    private Tracing tracing(JsonTree tracing) {
        String name = tracing.text("protocol", "none");
        Protocol protocol =
                switch (name) {
                    case "", "none" -> Protocol.NONE;
                    case "grpc" -> Protocol.GRPC;
                    case "http/protobuf" -> Protocol.HTTP_PROTOBUF;
                    case "stdout" -> Protocol.STDOUT;
                    default -> throw tracing.bad("protocol", "none, grpc, http/protobuf or stdout");
                };
        double rate = tracing.decimal("samplingRate", 0);
        String endpoint = endpoint(tracing, protocol, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        judgeSamplerArgument(protocol);
        return new Tracing(protocol, endpoint, Math.clamp(rate, 0.0, 1.0));
    }

    private RequestMetrics requestMetrics(JsonTree metrics) {
        String name = metrics.text("protocol", "none");
        Protocol protocol =
                switch (name) {
                    case "", "none" -> Protocol.NONE;
                    case "grpc" -> Protocol.GRPC;
                    case "http/protobuf" -> Protocol.HTTP_PROTOBUF;
                    case "prometheus" -> Protocol.PROMETHEUS;
                    default -> throw metrics.bad("protocol", "none, prometheus, grpc or http/protobuf");
                };
        boolean scraped = protocol == Protocol.PROMETHEUS;
        return new RequestMetrics(
                protocol,
                scraped ? "" : endpoint(metrics, protocol, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"),
                nanos(metrics, Duration.ZERO),
                scraped ? listener(metrics) : null,
                false);
    }

    /** The endpoint of a pushing protocol; the standard variables go before the document's, as in OpenTelemetry's SDK. */
    private String endpoint(JsonTree part, Protocol protocol, String variable) {
        if (protocol != Protocol.GRPC && protocol != Protocol.HTTP_PROTOBUF) {
            return "";
        }
        String own = env.all().getOrDefault(variable, "");
        String general = env.all().getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        // For HTTP the general endpoint is only a base: the exporter appends the signal's path (OTLP exporter
        // specification).
        String signal = variable.contains("TRACES") ? "v1/traces" : "v1/metrics";
        if (!own.isEmpty()) {
            return own;
        }
        if (!general.isEmpty()) {
            String base = general.endsWith("/") ? general : general + "/";
            return protocol == Protocol.GRPC ? general : base + signal;
        }
        String endpoint = part.text("endpoint", "");
        try {
            // Go's parser wants a scheme before a colon too; one that has none after all means a name and its port.
            URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            throw part.bad("endpoint", "a URL");
        }
        return endpoint;
    }

    /** A share of traced requests that is none ends the start, where it is looked at: OTEL_TRACES_SAMPLER goes before it. */
    private void judgeSamplerArgument(Protocol protocol) {
        String argument = env.all().getOrDefault("OTEL_TRACES_SAMPLER_ARG", "");
        boolean asked = (protocol == Protocol.GRPC || protocol == Protocol.HTTP_PROTOBUF)
                && env.all().getOrDefault("OTEL_TRACES_SAMPLER", "").isEmpty();
        if (asked && !argument.isEmpty()) {
            try {
                Double.parseDouble(argument);
            } catch (NumberFormatException e) {
                throw new ConfigException("OTEL_TRACES_SAMPLER_ARG: not a number");
            }
        }
    }

    private static Duration nanos(JsonTree part, Duration fallback) {
        long nanos = part.integer("exportInterval", fallback.toNanos());
        if (nanos < 0) {
            throw part.bad("exportInterval", "zero or longer");
        }
        return Duration.ofNanos(nanos);
    }

    private MetricsListener listener(@Nullable JsonTree metrics) {
        String endpoint = metrics == null ? "" : metrics.text("endpoint", "");
        String hostName = "";
        String port = Setting.METRICS_PROMETHEUS_PORT.fallback();
        if (metrics != null && !endpoint.isEmpty()) {
            int colon = endpoint.lastIndexOf(':');
            boolean bracketed = endpoint.startsWith("[") && endpoint.charAt(Math.max(colon - 1, 0)) == ']';
            if (colon < 0 || (!bracketed && endpoint.indexOf(':') != colon)) {
                throw metrics.bad("endpoint", "host:port or [host]:port");
            }
            hostName = bracketed ? endpoint.substring(1, colon - 1) : endpoint.substring(0, colon);
            port = endpoint.substring(colon + 1);
        }
        String givenHost = env.given(Setting.METRICS_PROMETHEUS_HOST);
        String givenPort = env.given(Setting.METRICS_PROMETHEUS_PORT);
        if (givenPort != null) {
            port = givenPort;
        }
        int number = Env.number(port);
        if (number < 1024 || number > 65535) {
            if (givenPort != null || metrics == null) {
                throw Env.bad(Setting.METRICS_PROMETHEUS_PORT, port, "is not a number from 1024 to 65535");
            }
            throw metrics.bad("endpoint", "a port from 1024 to 65535");
        }
        return new MetricsListener(givenHost == null ? hostName : givenHost, number, metricsTls());
    }

    private @Nullable MetricsTls metricsTls() {
        String certificate = env.text(Setting.METRICS_PROMETHEUS_TLS_CERT);
        String key = env.text(Setting.METRICS_PROMETHEUS_TLS_KEY);
        String authorities =
                env.text(Setting.METRICS_PROMETHEUS_TLS_CLIENT_CA_FILE).strip();
        String auth = env.text(Setting.METRICS_PROMETHEUS_TLS_CLIENT_AUTH);
        ClientAuth clientAuth =
                switch (auth.strip().toLowerCase(Locale.ROOT)) {
                    case "", "none" -> ClientAuth.NONE;
                    case "optional" -> ClientAuth.OPTIONAL;
                    case "require" -> ClientAuth.REQUIRE;
                    default ->
                        throw Env.bad(
                                Setting.METRICS_PROMETHEUS_TLS_CLIENT_AUTH,
                                auth,
                                "is neither none, optional nor require");
                };
        if (certificate.isEmpty() != key.isEmpty()) {
            throw Env.bad(
                    Setting.METRICS_PROMETHEUS_TLS_CERT, certificate, "and METRICS_PROMETHEUS_TLS_KEY go together");
        }
        boolean asks = clientAuth != ClientAuth.NONE;
        if (asks && certificate.isEmpty()) {
            throw Env.bad(Setting.METRICS_PROMETHEUS_TLS_CLIENT_AUTH, auth, "needs METRICS_PROMETHEUS_TLS_CERT");
        }
        if (asks == authorities.isEmpty()) {
            throw Env.bad(
                    Setting.METRICS_PROMETHEUS_TLS_CLIENT_CA_FILE,
                    authorities,
                    "goes with METRICS_PROMETHEUS_TLS_CLIENT_AUTH optional or require");
        }
        if (certificate.isEmpty()) {
            return null;
        }
        return new MetricsTls(
                Path.of(certificate),
                Path.of(key),
                clientAuth,
                asks ? Path.of(authorities) : null,
                TlsReader.metricsListener(env));
    }

    private Observability singleVariables() {
        boolean zipkin = env.text(Setting.TRACING_CONFIG_BACKEND).equals("zipkin");
        double rate = env.flag(Setting.TRACING_CONFIG_DEBUG) ? 1 : env.fraction(Setting.TRACING_CONFIG_SAMPLE_RATE);
        String backend = env.text(Setting.SERVING_REQUEST_METRICS_BACKEND);
        boolean scraped = backend.equals("prometheus");
        if (backend.equals("opencensus")) {
            env.warn("SERVING_REQUEST_METRICS_BACKEND is opencensus, which no longer exists: no request metrics");
        }
        return new Observability(
                new Tracing(
                        zipkin ? Protocol.ZIPKIN : Protocol.NONE,
                        zipkin ? env.text(Setting.TRACING_CONFIG_ZIPKIN_ENDPOINT) : "",
                        rate),
                new RequestMetrics(
                        scraped ? Protocol.PROMETHEUS : Protocol.NONE,
                        "",
                        env.seconds(Setting.SERVING_REQUEST_METRICS_REPORTING_PERIOD_SECONDS),
                        scraped ? listener(null) : null,
                        scraped),
                requestLog(),
                env.flag(Setting.ENABLE_PROFILING),
                env.port(Setting.PROFILING_PORT, 1),
                RUNTIME_INTERVAL,
                otel());
    }

    private RequestLog requestLog() {
        String template = env.text(Setting.SERVING_REQUEST_LOG_TEMPLATE);
        // Before 0.19 a template alone switched the log on; since then the flag decides.
        return new RequestLog(
                env.flag(Setting.SERVING_ENABLE_REQUEST_LOG),
                template.isEmpty() ? LOG_TEMPLATE : template,
                env.flag(Setting.SERVING_ENABLE_PROBE_REQUEST_LOG));
    }

    private Map<String, String> otel() {
        Map<String, String> found = new HashMap<>();
        for (Map.Entry<String, String> variable : env.all().entrySet()) {
            if (variable.getKey().startsWith("OTEL_")) {
                found.put(variable.getKey(), variable.getValue());
            }
        }
        return Map.copyOf(found);
    }
}
