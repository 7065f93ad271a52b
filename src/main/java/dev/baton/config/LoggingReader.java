package dev.baton.config;

import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import dev.baton.config.Logging.Spelling;
import dev.baton.config.Logging.Times;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** SERVING_LOGGING_CONFIG, laid over the Cloud Logging style that an empty one means; a bad one is no reason not to start. */
final class LoggingReader {
    private static final Keys CLOUD = new Keys(
            "severity",
            "timestamp",
            "logger",
            "caller",
            "message",
            "stacktrace",
            Spelling.STACKDRIVER,
            Times.RFC3339_NANO);

    private LoggingReader() {}

    static Logging read(String json, String override) {
        Level level = Level.INFO;
        Keys keys = CLOUD;
        String problem = "";
        if (!json.isEmpty()) {
            try {
                JsonTree zap = JsonTree.object(Setting.SERVING_LOGGING_CONFIG, json);
                keys = keys(zap, zap.object("encoderConfig"));
                level = level(zap);
            } catch (ConfigException e) {
                problem = Objects.requireNonNullElse(e.getMessage(), "unreadable");
            }
        }
        // An invalid override is passed over.
        Level wanted = level(override);
        return new Logging(wanted == null ? level : wanted, keys, problem);
    }

    private static Level level(JsonTree zap) {
        String name = zap.text("level", "info");
        Level level = name.isEmpty() ? Level.INFO : level(name);
        if (level == null) {
            throw zap.bad("level", "a level");
        }
        return level;
    }

    private static Keys keys(JsonTree zap, JsonTree encoder) {
        return new Keys(
                encoder.text("levelKey", CLOUD.level()),
                encoder.text("timeKey", CLOUD.time()),
                encoder.text("nameKey", CLOUD.logger()),
                zap.flag("disableCaller") ? "" : encoder.text("callerKey", CLOUD.caller()),
                encoder.text("messageKey", CLOUD.message()),
                zap.flag("disableStacktrace") ? "" : encoder.text("stacktraceKey", CLOUD.stacktrace()),
                encoder.has("levelEncoder") ? spelling(encoder.text("levelEncoder", "")) : CLOUD.spelling(),
                encoder.has("timeEncoder") ? times(encoder.text("timeEncoder", "")) : CLOUD.times());
    }

    /** Without zap's colours, which are for terminals. What zap doesn't know, the empty name among it, is its default. */
    private static Spelling spelling(String encoder) {
        return switch (encoder) {
            case "capital", "capitalColor" -> Spelling.CAPITAL;
            default -> Spelling.LOWER_CASE;
        };
    }

    private static Times times(String encoder) {
        return switch (encoder) {
            case "iso8601", "ISO8601" -> Times.ISO8601;
            case "rfc3339", "RFC3339" -> Times.RFC3339;
            case "rfc3339nano", "RFC3339Nano" -> Times.RFC3339_NANO;
            case "millis" -> Times.MILLIS;
            case "nanos" -> Times.NANOS;
            default -> Times.SECONDS;
        };
    }

    private static @Nullable Level level(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "debug" -> Level.DEBUG;
            case "info" -> Level.INFO;
            case "warn", "warning" -> Level.WARN;
            case "error" -> Level.ERROR;
            case "dpanic" -> Level.DPANIC;
            case "panic" -> Level.PANIC;
            case "fatal" -> Level.FATAL;
            default -> null;
        };
    }
}
