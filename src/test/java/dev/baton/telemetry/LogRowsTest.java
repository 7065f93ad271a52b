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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static String stock(String top, String encoder) {
        return "{" + top + (top.isEmpty() ? "" : ",")
                + "\"encoderConfig\":{\"timeKey\":\"ts\",\"levelEncoder\":\"\",\"timeEncoder\":\"iso8601\""
                + (encoder.isEmpty() ? "" : ",") + encoder + "}}";
    }

    @Test
    void initialFieldsAreOnEveryLineInTheOrderOfTheirNames() {
        var log = log(
                stock(
                        "\"initialFields\":{\"foo\":\"b\\\"r\",\"n\":1,\"f\":1.5,\"b\":true,\"o\":{\"x\":[1,{}]},\"z\":null}",
                        ""),
                "",
                "0b1624f");
        log.info("x");
        assertThat(line(log))
                .contains(
                        "\"message\":\"x\",\"b\":true,\"f\":1.5,\"foo\":\"b\\\"r\",\"n\":1,\"o\":{\"x\":[1,{}]},\"z\":null,"
                                + "\"commit\":\"0b1624f\",");
    }

    @Test
    void theConsoleEncoderWritesColumns() {
        var log = log(stock("\"encoding\":\"console\",\"initialFields\":{\"a\":[1,2]}", ""), "", "unknown");
        log.info("hello");
        log.error("it failed", "EOF", null);
        assertThat(line(log))
                .matches("2026-02-03T12:05:06\\.070Z\tinfo\tqueueproxy\ttelemetry/LogRowsTest\\.java:\\d+\thello\t"
                        + "\\{\"a\": \\[1,2], \"knative\\.dev/key\": \"ns/rev-1\", \"knative\\.dev/pod\": \"rev-1-pod\"}\n"
                        + "2026-02-03T12:05:06\\.070Z\terror\t[^\t]+\t[^\t]+\tit failed\t\\{.*\"error\": \"EOF\"}\n"
                        + "dev\\.baton\\.telemetry\\.LogRowsTest\\.[A-Za-z]+\n\tLogRowsTest\\.java:\\d+\n");
    }

    @Test
    void theConsolesSeparatorAndColours() {
        var log = log(
                stock("\"encoding\":\"console\"", "\"consoleSeparator\":\"|\",\"callerKey\":\"\"")
                        .replace("\"levelEncoder\":\"\"", "\"levelEncoder\":\"capitalColor\""),
                "",
                "unknown");
        log.warn("x");
        assertThat(line(log)).startsWith("2026-02-03T12:05:06.070Z|\u001b[33mWARN\u001b[0m|queueproxy|x|{");
    }

    @Test
    void colouredLevelsAreEscapedInJson() {
        var log = log("{\"encoderConfig\":{\"levelEncoder\":\"color\"}}", "", "unknown");
        log.info("x");
        assertThat(line(log)).startsWith("{\"severity\":\"\\u001b[34minfo\\u001b[0m\",");
    }

    @Test
    void aTimeEncoderMayBeALayout() {
        var log = log("{\"encoderConfig\":{\"timeEncoder\":{\"layout\":\"02 Jan 06 15:04\"}}}", "", "unknown");
        log.info("x");
        assertThat(line(log)).contains("\"timestamp\":\"03 Feb 26 12:05\",");
    }

    @Test
    void callersMayBeWholeAndFunctionsNamed() {
        var log = log("{\"encoderConfig\":{\"callerEncoder\":\"full\",\"functionKey\":\"func\"}}", "", "unknown");
        log.info("x");
        assertThat(line(log))
                .containsPattern(
                        "\"caller\":\"dev/baton/telemetry/LogRowsTest\\.java:\\d+\","
                                + "\"func\":\"dev\\.baton\\.telemetry\\.LogRowsTest\\.callersMayBeWholeAndFunctionsNamed\",\"message\"");
    }

    @Test
    void linesMayEndOtherwise() {
        var ended = log("{\"encoderConfig\":{\"lineEnding\":\"\\r\\n\"}}", "", "unknown");
        ended.info("x");
        assertThat(line(ended)).endsWith("}\r\n");
        out.reset();
        var joined = log("{\"encoderConfig\":{\"skipLineEnding\":true}}", "", "unknown");
        joined.info("x");
        joined.info("y");
        assertThat(line(joined)).endsWith("}").contains("}{").doesNotContain("\n");
    }

    @Test
    void tracesBeginAtWarningsWhileItIsDevelopedAndCanBeSwitchedOff() {
        var development = log("{\"development\":true}", "", "unknown");
        development.warn("x");
        assertThat(line(development)).contains("\"stacktrace\":");
        out.reset();
        var off = log("{\"disableStacktrace\":true}", "", "unknown");
        off.error("x", new IOException());
        assertThat(line(off)).doesNotContain("stacktrace");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"encoding\":\"xml\"}",
                "{\"encoding\":\"\"}",
                "{\"outputPaths\":[\"/nowhere/at/all\"]}",
                "{\"outputPaths\":\"stdout\"}",
                "{\"outputPaths\":[1]}",
                "{\"initialFields\":[]}",
                "{\"encoderConfig\":{\"levelEncoder\":\"capital\"},\"level\":\"loud\"}",
            })
    void whatZapCannotBuildIsTheFallbackLoggers(String config) {
        var log = log(config, "", "unknown");
        log.info("x");
        assertThat(line(log).lines())
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("{\"severity\":\"WARNING\",")
                                .contains("\"logger\":\"fallback-logger\"", "\"error\":\""),
                        second -> assertThat(second)
                                .startsWith("{\"severity\":\"INFO\",")
                                .contains("\"logger\":\"fallback-logger.queueproxy\""));
    }

    @Test
    void aNullConfigurationIsNone() {
        assertThat(read("null", "")).isEqualTo(read("", ""));
    }

    @Test
    void linesGoWhereTheConfigurationSaysAndThoseOfOthersToStandardOutput(@TempDir Path folder) throws IOException {
        Path first = folder.resolve("a.log");
        Path second = folder.resolve("b.log");
        Files.writeString(first, "before\n");
        var log = log("{\"outputPaths\":[\"" + first + "\",\"file://" + second + "\"]}", "", "unknown");
        log.info("x");
        log.print("a request\n".getBytes(UTF_8));
        assertThat(line(log)).isEqualTo("a request\n");
        assertThat(Files.readString(first)).startsWith("before\n{").contains("\"message\":\"x\"");
        assertThat(Files.readString(second)).startsWith("{").contains("\"message\":\"x\"");
    }
}
