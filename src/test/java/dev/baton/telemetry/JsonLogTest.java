package dev.baton.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.config.Identity;
import dev.baton.config.Logging;
import dev.baton.config.Logging.Format;
import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import dev.baton.config.Logging.Spelling;
import dev.baton.config.Logging.Times;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

class JsonLogTest {
    private static final Instant NOON = Instant.parse("2026-02-03T12:05:06.070080900Z");
    private static final Identity POD = new Identity("ns", "svc", "conf", "rev-1", "rev-1-pod", "10.0.0.1", "host");

    /** The configuration that Knative installs. */
    private static final Keys STOCK = new Keys(
            "severity", "timestamp", "logger", "caller", "message", "stacktrace", Spelling.LOWER_CASE, Times.ISO8601);

    /** No configuration. */
    private static final Keys STACKDRIVER = new Keys(
            "severity",
            "timestamp",
            "logger",
            "caller",
            "message",
            "stacktrace",
            Spelling.STACKDRIVER,
            Times.RFC3339_NANO);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private JsonLog log(Keys keys, Level level, String problem) {
        return new JsonLog(new Logging(level, keys, Format.PLAIN, problem), POD, "unknown", out, () -> NOON);
    }

    private String written(JsonLog log) {
        log.close();
        return out.toString(UTF_8);
    }

    @Test
    @DisplayName("a line has the keys, values and order of zap's with the stock configuration")
    void stock() {
        var log = log(STOCK, Level.INFO, "");
        log.info("Starting queue-proxy");
        assertThat(written(log))
                .matches(
                        "\\{\"severity\":\"info\",\"timestamp\":\"2026-02-03T12:05:06\\.070Z\",\"logger\":\"queueproxy\","
                                + "\"caller\":\"telemetry/JsonLogTest\\.java:[0-9]+\",\"message\":\"Starting queue-proxy\","
                                + "\"knative\\.dev/key\":\"ns/rev-1\",\"knative\\.dev/pod\":\"rev-1-pod\"}\n");
    }

    @Test
    @DisplayName("without a configuration severities and times are Stackdriver's")
    void stackdriver() {
        var log = log(STACKDRIVER, Level.DEBUG, "");
        log.debug("a");
        log.warn("b");
        assertThat(written(log).lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(
                                        "{\"severity\":\"DEBUG\",\"timestamp\":\"2026-02-03T12:05:06.0700809Z\",\"logger\""),
                        line -> assertThat(line).startsWith("{\"severity\":\"WARNING\""));
    }

    @Test
    @DisplayName("keys that the configuration leaves empty are left out")
    void emptyKeys() {
        var log = log(new Keys("", "", "", "", "msg", "", Spelling.LOWER_CASE, Times.ISO8601), Level.INFO, "");
        log.info("x");
        assertThat(written(log))
                .isEqualTo("{\"msg\":\"x\",\"knative.dev/key\":\"ns/rev-1\",\"knative.dev/pod\":\"rev-1-pod\"}\n");
    }

    @Test
    @DisplayName("an error has its cause in words and, as the stack trace, where it comes from")
    void error() throws IOException {
        var log = log(STOCK, Level.INFO, "");
        log.error("it failed", new IOException("no \"luck\""));
        log.error("in words", "EOF", null);
        assertThat(written(log).lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"error\":\"no \\\"luck\\\"\"")
                                .contains("\"stacktrace\":\"java.io.IOException: no")
                                .contains("JsonLogTest.error("),
                        line -> assertThat(line)
                                .contains(
                                        "\"error\":\"EOF\",\"stacktrace\":\"dev.baton.telemetry.JsonLogTest.error\\n\\tJsonLogTest.java:"));
    }

    @Test
    @DisplayName("lines below the level are not written, and the level can change")
    void levels() {
        var log = log(STOCK, Level.WARN, "");
        log.info("no");
        log.level(Level.DEBUG);
        log.debug("yes");
        log.level(Level.FATAL);
        log.error("no", null);
        assertThat(written(log)).contains("yes").doesNotContain("no\"");
    }

    @Test
    @DisplayName("a bad configuration is told once, by the fallback logger")
    void badConfiguration() {
        var log = log(STACKDRIVER, Level.INFO, "not JSON");
        log.info("x");
        assertThat(written(log).lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"WARNING\"", "\"logger\":\"fallback-logger\"", "\"error\":\"not JSON\"")
                                .contains(
                                        "\"message\":\"Failed to parse logging config - using default zap production config\""),
                        line -> assertThat(line).contains("\"logger\":\"fallback-logger.queueproxy\""));
    }

    @Test
    @DisplayName("whatever a message holds, a line is one line of JSON that gives it back")
    void escapes() throws IOException {
        String nasty = "a\"b\\c\n\r\t\b\f\u0000\u001f\u007f\u2028\u2029é€\uD83D\uDE00</script>";
        var log = log(STOCK, Level.INFO, "");
        log.info(nasty);
        String line = written(log);
        assertThat(line.strip().lines()).hasSize(1);
        assertThat(strings(line)).contains(nasty);
    }

    @Test
    @DisplayName("when standard output stands still nobody waits, lines are dropped, and their number is told")
    void stalledOutput() throws Exception {
        var release = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        var stalled = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("written in blocks");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                entered.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write(bytes, offset, length);
            }
        };
        var log = new JsonLog(new Logging(Level.INFO, STOCK, Format.PLAIN, ""), POD, "unknown", stalled, () -> NOON);
        log.info("first");
        entered.await();
        String kilobyte = "k".repeat(1024);
        for (int i = 0; i < 4096; i++) {
            log.info(kilobyte);
        }
        log.flush(Duration.ofMillis(10)); // gives up in time
        release.countDown();
        log.flush(Duration.ofSeconds(30));
        log.info("last");
        log.close();

        List<String> lines = out.toString(UTF_8).lines().toList();
        long kept = lines.stream().filter(line -> line.contains(kilobyte)).count();
        assertThat(kept).isBetween(100L, 1100L);
        assertThat(lines.getFirst()).contains("first");
        assertThat(lines.getLast()).contains("last");
        assertThat(lines)
                .filteredOn(line -> line.contains("log lines dropped"))
                .singleElement()
                .asString()
                .contains("\"" + (4096 - kept) + " log lines dropped");
    }

    private static List<String> strings(String json) {
        var strings = new ArrayList<String>();
        try (JsonParser parser = new JsonFactory().createParser(tools.jackson.core.ObjectReadContext.empty(), json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING) {
                    strings.add(parser.getString());
                }
            }
        }
        return strings;
    }
}
