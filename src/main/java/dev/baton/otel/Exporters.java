package dev.baton.otel;

import dev.baton.config.Observability.Protocol;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.internal.OtlpMetricExporterProvider;
import io.opentelemetry.exporter.otlp.internal.OtlpSpanExporterProvider;
import io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSenderProvider;
import io.opentelemetry.exporter.sender.okhttp.internal.OkHttpGrpcSenderProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OTLP exporters as the standard variables configure them (headers, certificates, compression, timeout and so on), read by the
 * SDK itself; protocol and endpoint are the sidecar's own settings.
 */
final class Exporters {
    private Exporters() {}

    /** @throws RuntimeException of the SDK's choice if a variable or a file it names is no good */
    static MetricExporter metrics(Protocol protocol, String endpoint, Map<String, String> variables) {
        return new OtlpMetricExporterProvider().createExporter(properties("metrics", protocol, endpoint, variables));
    }

    /** @throws RuntimeException of the SDK's choice if a variable or a file it names is no good */
    static SpanExporter spans(Protocol protocol, String endpoint, Map<String, String> variables) {
        return new OtlpSpanExporterProvider().createExporter(properties("traces", protocol, endpoint, variables));
    }

    /** The variables alone, for what the SDK does not read itself. */
    static ConfigProperties properties(Map<String, String> variables) {
        Map<String, String> properties = new HashMap<>();
        variables.forEach(
                (name, value) -> properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
        return new WithSenders(DefaultConfigProperties.createFromMap(properties));
    }

    private static ConfigProperties properties(
            String signal, Protocol protocol, String endpoint, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(variables);
        String prefix = "OTEL_EXPORTER_OTLP_" + signal.toUpperCase(Locale.ROOT);
        all.put(prefix + "_PROTOCOL", protocol == Protocol.GRPC ? "grpc" : "http/protobuf");
        if (!endpoint.isEmpty()) {
            // Go's endpoints may do without a scheme; then they are https.
            all.put(prefix + "_ENDPOINT", endpoint.contains("://") ? endpoint : "https://" + endpoint);
        }
        return properties(all);
    }

    /** Names the two senders, so that the SDK neither searches the class path nor finds two for HTTP. */
    private static final class Senders implements ComponentLoader {
        @Override
        public <T> Iterable<T> load(Class<T> kind) {
            if (kind == HttpSenderProvider.class) {
                return List.of(kind.cast(new JdkHttpSenderProvider()));
            }
            if (kind == GrpcSenderProvider.class) {
                return List.of(kind.cast(new OkHttpGrpcSenderProvider()));
            }
            return List.of();
        }
    }

    private record WithSenders(ConfigProperties properties) implements ConfigProperties {
        @Override
        public @Nullable String getString(String name) {
            return properties.getString(name);
        }

        @Override
        public @Nullable Boolean getBoolean(String name) {
            return properties.getBoolean(name);
        }

        @Override
        public @Nullable Integer getInt(String name) {
            return properties.getInt(name);
        }

        @Override
        public @Nullable Long getLong(String name) {
            return properties.getLong(name);
        }

        @Override
        public @Nullable Double getDouble(String name) {
            return properties.getDouble(name);
        }

        @Override
        public @Nullable Duration getDuration(String name) {
            return properties.getDuration(name);
        }

        @Override
        public List<String> getList(String name) {
            return properties.getList(name);
        }

        @Override
        public Map<String, String> getMap(String name) {
            return properties.getMap(name);
        }

        @Override
        public ComponentLoader getComponentLoader() {
            return new Senders();
        }
    }
}
