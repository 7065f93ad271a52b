package dev.baton.otel;

import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.Tracing;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.jspecify.annotations.Nullable;

/** Which requests are traced (knative.dev/pkg {@code tracing/provider.go}; OTEL_TRACES_SAMPLER by OpenTelemetry's specification). Pure. */
final class Samplers {
    private static final String PARENT_BASED = "parentbased_";

    private Samplers() {}

    /** @throws IllegalArgumentException if OTEL_TRACES_SAMPLER names none */
    static Sampler of(Tracing tracing, ConfigProperties properties) {
        String named = properties.getString("otel.traces.sampler");
        if (named != null) {
            return named(named, properties.getDouble("otel.traces.sampler.arg"));
        }
        if (tracing.protocol() == Protocol.STDOUT) {
            return Sampler.alwaysOn();
        }
        if (tracing.protocol() == Protocol.ZIPKIN) {
            return tracing.samplingRate() >= 1
                    ? Sampler.alwaysOn()
                    : new OpenCensusSampler(Sampler.traceIdRatioBased(tracing.samplingRate()));
        }
        // The variable decides on "always" alone, and the ratio stays the document's: upstream's own way.
        Double override = properties.getDouble("otel.traces.sampler.arg");
        double rate = override == null ? tracing.samplingRate() : override;
        if (rate >= 1) {
            return Sampler.alwaysOn();
        }
        if (tracing.samplingRate() <= 0) {
            return Sampler.alwaysOff();
        }
        return Sampler.parentBased(Sampler.traceIdRatioBased(tracing.samplingRate()));
    }

    private static Sampler named(String name, @Nullable Double argument) {
        if (name.startsWith(PARENT_BASED)) {
            return Sampler.parentBased(root(name.substring(PARENT_BASED.length()), name, argument));
        }
        return root(name, name, argument);
    }

    private static Sampler root(String root, String name, @Nullable Double argument) {
        return switch (root) {
            case "always_on" -> Sampler.alwaysOn();
            case "always_off" -> Sampler.alwaysOff();
            case "traceidratio" -> Sampler.traceIdRatioBased(argument == null ? 1 : argument);
            default -> throw new IllegalArgumentException("OTEL_TRACES_SAMPLER is no known sampler: " + name);
        };
    }
}
