package dev.baton.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Environment;
import dev.baton.config.Identity;
import dev.baton.config.Logging;
import dev.baton.config.Logging.Level;
import dev.baton.config.SidecarConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SERVING_LOGGING_CONFIG and SERVING_LOGGING_LEVEL make of a line, row by row; zap's own encoders say what is right. */
class LogRowsTest {
    private static final Instant NOON = Instant.parse("2026-02-03T12:05:06.070080900Z");
    private static final Identity POD = new Identity("ns", "svc", "conf", "rev-1", "rev-1-pod", "10.0.0.1", "host");

    /** The zap-logger-config that Knative's config-logging holds as an example. */
    private static final String STOCK =
            """
            {"level": "info", "development": false, "outputPaths": ["stdout"], "errorOutputPaths": ["stderr"],
             "encoding": "json", "encoderConfig": {"timeKey": "timestamp", "levelKey": "severity", "nameKey": "logger",
             "callerKey": "caller", "messageKey": "message", "stacktraceKey": "stacktrace", "lineEnding": "",
             "levelEncoder": "", "timeEncoder": "iso8601", "durationEncoder": "", "callerEncoder": ""}}""";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static Logging read(String config, String level) {
        return SidecarConfig.read(Environment.minimal()
                        .with("SERVING_LOGGING_CONFIG", config, "SERVING_LOGGING_LEVEL", level)
                        .variables())
                .logging();
    }

    private JsonLog log(String config, String level, String commit) {
        return new JsonLog(read(config, level), POD, commit, out, () -> NOON);
    }

    private String line(JsonLog log) {
        log.close();
        return out.toString(UTF_8);
    }

    @Test
    void aLineOfTheStockConfigurationHasAllKeysInZapsOrder() {
        var log = log(STOCK, "", "0b1624f");
        log.error("it failed", new IOException("no luck"));
        assertThat(line(log))
                .matches(
                        "\\{\"severity\":\"error\",\"timestamp\":\"2026-02-03T12:05:06\\.070Z\",\"logger\":\"queueproxy\","
                                + "\"caller\":\"telemetry/LogRowsTest\\.java:[0-9]+\",\"message\":\"it failed\","
                                + "\"commit\":\"0b1624f\",\"knative\\.dev/key\":\"ns/rev-1\",\"knative\\.dev/pod\":\"rev-1-pod\","
                                + "\"error\":\"no luck\",\"stacktrace\":\"java\\.io\\.IOException: no luck.*\"}\n");
    }

    @Test
    void aBuildThatKnowsNoCommitTellsOfNone() {
        var log = log(STOCK, "", "unknown");
        log.info("x");
        assertThat(line(log)).doesNotContain("commit");
    }

    @ParameterizedTest
    @CsvSource({
        "DEBUG,DEBUG,debug,DEBUG",
        "INFO,INFO,info,INFO",
        "WARN,WARNING,warn,WARN",
        "ERROR,ERROR,error,ERROR",
        "DPANIC,CRITICAL,dpanic,DPANIC",
        "PANIC,ALERT,panic,PANIC",
        "FATAL,EMERGENCY,fatal,FATAL",
    })
    void levelsAreSpelledAsTheEncoderSpellsThem(Level level, String none, String lower, String capital) {
        assertThat(LogLine.name(read("", "").keys(), level)).isEqualTo(none);
        assertThat(LogLine.name(
                        read("{\"encoderConfig\":{\"levelKey\":\"l\"}}", "").keys(), level))
                .isEqualTo(none);
        for (String encoder : new String[] {"", "lowercase", "color", "Capital"}) {
            assertThat(LogLine.name(levelEncoder(encoder), level)).isEqualTo(lower);
        }
        for (String encoder : new String[] {"capital", "capitalColor"}) {
            assertThat(LogLine.name(levelEncoder(encoder), level)).isEqualTo(capital);
        }
    }

    private static Logging.Keys levelEncoder(String name) {
        return read("{\"encoderConfig\":{\"levelEncoder\":\"" + name + "\"}}", "")
                .keys();
    }

    @ParameterizedTest
    @CsvSource({
        "iso8601,'\"2026-02-03T12:05:06.070Z\"'",
        "ISO8601,'\"2026-02-03T12:05:06.070Z\"'",
        "rfc3339,'\"2026-02-03T12:05:06Z\"'",
        "RFC3339,'\"2026-02-03T12:05:06Z\"'",
        "rfc3339nano,'\"2026-02-03T12:05:06.0700809Z\"'",
        "RFC3339Nano,'\"2026-02-03T12:05:06.0700809Z\"'",
        "millis,1770120306070.0809",
        "nanos,1770120306070080900",
        "epoch,1770120306.0700809",
        "'',1770120306.0700809",
        "Rfc3339nano,1770120306.0700809",
    })
    void timesAreWrittenAsTheEncoderWritesThem(String encoder, String written) {
        var log = log("{\"encoderConfig\":{\"timeEncoder\":\"" + encoder + "\"}}", "", "unknown");
        log.info("x");
        assertThat(line(log)).contains(",\"timestamp\":" + written + ",\"logger\"");
    }

    @Test
    void aWholeSecondHasNoPoint() {
        var log = new JsonLog(
                read("{\"encoderConfig\":{\"timeEncoder\":\"\"}}", ""),
                POD,
                "unknown",
                out,
                () -> Instant.parse("2026-02-03T12:05:00Z"));
        log.info("x");
        assertThat(line(log)).contains("\"timestamp\":1770120300,");
    }

    @ParameterizedTest
    @CsvSource({
        "levelKey,severity",
        "timeKey,timestamp",
        "nameKey,logger",
        "callerKey,caller",
        "messageKey,message",
        "stacktraceKey,stacktrace",
    })
    void everyKeyCanBeNamedAndLeftOut(String setting, String usual) {
        var named = log("{\"encoderConfig\":{\"" + setting + "\":\"own\"}}", "", "unknown");
        named.error("x", new IOException());
        assertThat(line(named)).contains("\"own\":").doesNotContain("\"" + usual + "\":");
        out.reset();
        var left = log("{\"encoderConfig\":{\"" + setting + "\":\"\"}}", "", "unknown");
        left.error("x", new IOException());
        assertThat(line(left)).doesNotContain("\"" + usual + "\":").contains("knative.dev/key");
    }

    @ParameterizedTest
    @CsvSource({"disableCaller,caller", "disableStacktrace,stacktrace"})
    void callerAndStackTraceCanBeSwitchedOff(String setting, String key) {
        var log = log("{\"" + setting + "\":true}", "", "unknown");
        log.error("x", new IOException());
        assertThat(line(log)).doesNotContain("\"" + key + "\":").contains("\"message\":\"x\"");
    }

    @ParameterizedTest
    @CsvSource({
        "warn,'',WARN",
        "WARN,'',WARN",
        "'','',INFO",
        "warn,debug,DEBUG",
        "warn,fatal,FATAL",
        "warn,dpanic,DPANIC",
        "warn,panic,PANIC",
        "warn,loud,WARN",
        "error,info,INFO",
    })
    void theVariableGoesBeforeTheDocumentUnlessItIsNoLevel(String document, String variable, Level level) {
        assertThat(read("{\"level\":\"" + document + "\"}", variable).level()).isEqualTo(level);
    }
}
