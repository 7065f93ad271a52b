package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import dev.baton.config.Logging.Spelling;
import dev.baton.config.Logging.Times;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoggingReaderTest {
    @Test
    void anEmptyConfigurationIsCloudLoggingStyle() {
        Logging logging = LoggingReader.read("", "");
        assertThat(logging.level()).isEqualTo(Level.INFO);
        assertThat(logging.keys())
                .isEqualTo(new Keys(
                        "severity",
                        "timestamp",
                        "logger",
                        "caller",
                        "message",
                        "stacktrace",
                        Spelling.STACKDRIVER,
                        Times.RFC3339_NANO));
        assertThat(logging.problem()).isEmpty();
    }

    @Test
    void theStockConfiguration() {
        Logging logging = LoggingReader.read(
                """
                {"level":"warn","development":false,"outputPaths":["stdout"],"encoding":"json","encoderConfig":{
                 "timeKey":"ts","levelKey":"lvl","nameKey":"n","callerKey":"","messageKey":"msg","stacktraceKey":"st",
                 "levelEncoder":"","timeEncoder":"iso8601"}}
                """,
                "");
        assertThat(logging.level()).isEqualTo(Level.WARN);
        assertThat(logging.keys())
                .isEqualTo(new Keys("lvl", "ts", "n", "", "msg", "st", Spelling.LOWER_CASE, Times.ISO8601));
    }

    @Test
    void theLevelVariableGoesFirstUnlessItIsInvalid() {
        assertThat(LoggingReader.read("{\"level\":\"warn\"}", "debug").level()).isEqualTo(Level.DEBUG);
        assertThat(LoggingReader.read("{\"level\":\"warn\"}", "loud").level()).isEqualTo(Level.WARN);
        assertThat(LoggingReader.read("{\"level\":\"Warn\"}", "").level()).isEqualTo(Level.WARN);
    }

    @Test
    void aBadConfigurationIsSaidAndServedAll() {
        for (String bad : List.of("{", "[]", "{\"level\":\"loud\"}", "{\"level\":7}", "{\"encoderConfig\":\"x\"}")) {
            Logging logging = LoggingReader.read(bad, "error");
            assertThat(logging.problem()).startsWith("SERVING_LOGGING_CONFIG: ");
            assertThat(logging.level()).isEqualTo(Level.ERROR);
            assertThat(logging.keys()).isEqualTo(LoggingReader.read("", "").keys());
        }
    }
}
