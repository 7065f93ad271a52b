package dev.baton.otel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Observability.Protocol;
import dev.baton.config.Observability.Tracing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplersTest {
    private final List<String> complaints = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "always_on,,AlwaysOnSampler",
        "' ALWAYS_OFF ',,AlwaysOffSampler",
        "traceidratio,0.25,TraceIdRatioBased{0.250000}",
        "traceidratio,,TraceIdRatioBased{1.000000}",
        "parentbased_always_on,,ParentBased{root:AlwaysOnSampler",
        "parentbased_always_off,,ParentBased{root:AlwaysOffSampler",
        "parentbased_traceidratio,' 0.5 ',ParentBased{root:TraceIdRatioBased{0.500000}",
    })
    void theStandardVariableGoesBeforeTheDocument(String name, @Nullable String argument, String sampler) {
        assertThat(sampler(0, name, argument)).startsWith(sampler);
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"bogus", "'   '", "jaeger_remote"})
    void aSamplerThatIsUnknownIsToldAndIsTheSdksDefault(String name) {
        assertThat(sampler(0, name, null)).startsWith("ParentBased{root:AlwaysOnSampler");
        assertThat(complaints).containsExactly("unsupported sampler: " + name.strip());
    }

    @ParameterizedTest
    @CsvSource({"often", "-3", "1.5", "NaN", "''"})
    void aRatioThatIsNoneIsToldAndIsOne(String argument) {
        assertThat(sampler(0, "traceidratio", argument)).isEqualTo("TraceIdRatioBased{1.000000}");
        assertThat(complaints).hasSize(1);
    }

    @Test
    void withoutTheVariableTheDocumentsRateDecides() {
        assertThat(sampler(1, null, null)).isEqualTo("AlwaysOnSampler");
        assertThat(sampler(0, "", null)).isEqualTo("AlwaysOffSampler");
        assertThat(sampler(0.5, null, null)).startsWith("ParentBased{root:TraceIdRatioBased{0.500000}");
        // The argument alone decides on "always" and leaves the ratio to the document.
        assertThat(sampler(0.5, null, "1")).isEqualTo("AlwaysOnSampler");
        assertThat(sampler(0, null, "0.9")).isEqualTo("AlwaysOffSampler");
        assertThat(complaints).isEmpty();
    }

    private String sampler(double rate, @Nullable String name, @Nullable String argument) {
        Map<String, String> variables = new HashMap<>();
        if (name != null) {
            variables.put("OTEL_TRACES_SAMPLER", name);
        }
        if (argument != null) {
            variables.put("OTEL_TRACES_SAMPLER_ARG", argument);
        }
        return Samplers.of(new Tracing(Protocol.GRPC, "http://c:1", rate), variables, complaints::add)
                .getDescription();
    }
}
