package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Any OBSERVABILITY_CONFIG: settings within their ranges, or one line that names the variable and repeats nothing of it. Jackson is the
 * oracle for the JSON below.
 */
class ObservabilityFuzzTest {
    @FuzzTest
    void observability(byte[] input) {
        String json = new String(input, StandardCharsets.UTF_8);
        assertThat(JsonParserTest.ours(json)).isEqualTo(JsonParserTest.jacksons(json));
        Observability read;
        try {
            read = ObservabilityReader.read(new Env(Map.of("OBSERVABILITY_CONFIG", json)));
        } catch (ConfigException e) {
            SoundMessage.check(e, "OBSERVABILITY_CONFIG");
            return;
        }
        assertThat(read.tracing().samplingRate()).isBetween(0.0, 1.0);
        assertThat(read.requestMetrics().interval().isNegative()).isFalse();
        assertThat(read.runtimeInterval().isNegative()).isFalse();
        Observability.MetricsListener listener = read.requestMetrics().listener();
        if (listener != null) {
            assertThat(listener.port()).isBetween(1024, 65535);
        }
        Logging log = LoggingReader.read(json, "");
        assertThat(log.problem().chars()).allMatch(c -> c >= 0x20 && c < 0x7f);
    }
}
