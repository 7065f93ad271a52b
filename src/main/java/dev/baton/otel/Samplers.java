package dev.baton.otel;

import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.Tracing;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which requests are traced (knative.dev/pkg {@code tracing/provider.go}; OTEL_TRACES_SAMPLER by OpenTelemetry's specification). Pure. */
final class Samplers {
    private Samplers() {}

    /**
     * A sampler or an argument that is no good is told and passed over, as OpenTelemetry's SDK for Go does it.
     *
     * @param variables whose names begin with {@code OTEL_}
     */
    static Sampler of(Tracing tracing, Map<String, String> variables, Consumer<String> complaints) {
        String named = variables.getOrDefault("OTEL_TRACES_SAMPLER", "");
        String argument = variables.get("OTEL_TRACES_SAMPLER_ARG");
        if (!named.isEmpty()) {
            return named(named.strip().toLowerCase(Locale.ROOT), argument, complaints);
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
        double rate = argument == null || argument.isEmpty() ? tracing.samplingRate() : Double.parseDouble(argument);
        if (rate >= 1) {
            return Sampler.alwaysOn();
        }
        if (tracing.samplingRate() <= 0) {
            return Sampler.alwaysOff();
        }
        return Sampler.parentBased(Sampler.traceIdRatioBased(tracing.samplingRate()));
    }

    private static Sampler named(String name, @Nullable String argument, Consumer<String> complaints) {
        return switch (name) {
            case "always_on" -> Sampler.alwaysOn();
            case "always_off" -> Sampler.alwaysOff();
            case "traceidratio" -> ratio(argument, complaints);
            case "parentbased_always_on" -> Sampler.parentBased(Sampler.alwaysOn());
            case "parentbased_always_off" -> Sampler.parentBased(Sampler.alwaysOff());
            case "parentbased_traceidratio" -> Sampler.parentBased(ratio(argument, complaints));
            default -> {
                complaints.accept("unsupported sampler: " + name);
                yield Sampler.parentBased(Sampler.alwaysOn());
            }
        };
    }

    private static Sampler ratio(@Nullable String argument, Consumer<String> complaints) {
        double ratio = 1;
        if (argument != null) {
            try {
                ratio = Double.parseDouble(argument.strip());
            } catch (NumberFormatException e) {
                complaints.accept("parsing sampler argument: not a number");
                return Sampler.traceIdRatioBased(1);
            }
            if (!(ratio >= 0 && ratio <= 1)) {
                complaints.accept("invalid trace ID ratio: " + (ratio < 0 ? "less than 0.0" : "greater than 1.0"));
                return Sampler.traceIdRatioBased(1);
            }
        }
        return Sampler.traceIdRatioBased(ratio);
    }
}
