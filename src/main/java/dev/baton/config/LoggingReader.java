package dev.baton.config;

import dev.baton.config.Logging.Format;
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
        Level wanted = level(override);
        String problem = "";
        if (!json.isEmpty() && !json.isBlank() && !json.strip().equals("null")) {
            try {
                JsonTree zap = JsonTree.object(Setting.SERVING_LOGGING_CONFIG, json);
                JsonTree encoder = zap.object("encoderConfig");
                Level level = level(zap);
                // An invalid override is passed over.
                return new Logging(wanted == null ? level : wanted, keys(zap, encoder), format(zap, encoder), problem);
            } catch (ConfigException e) {
                problem = Objects.requireNonNullElse(e.getMessage(), "unreadable");
            }
        }
        return fallback(wanted == null ? Level.INFO : wanted, problem);
    }

    /** Cloud Logging's style. */
    static Logging fallback(Level level, String problem) {
        return new Logging(level, CLOUD, Format.PLAIN, problem);
    }

    private static Format format(JsonTree zap, JsonTree encoder) {
        String encoding = zap.text("encoding", "json");
        boolean console = encoding.equals("console");
        if (!console && !encoding.equals("json")) {
            throw zap.bad("encoding", "json or console");
        }
        String separator = encoder.text("consoleSeparator", "");
        String ending = encoder.text("lineEnding", "");
        String levels = encoder.text("levelEncoder", "");
        return new Format(
                encoder.text("functionKey", ""),
                encoder.text("callerEncoder", "").equals("full"),
                levels.equals("color") || levels.equals("capitalColor"),
                encoder.isObject("timeEncoder") ? encoder.object("timeEncoder").text("layout", "") : null,
                console ? (separator.isEmpty() ? "\t" : separator) : null,
                encoder.flag("skipLineEnding") ? "" : ending.isEmpty() ? "\n" : ending,
                zap.flag("development") ? Level.WARN : Level.ERROR,
                zap.object("initialFields").fields(),
                zap.has("outputPaths") ? zap.texts("outputPaths") : Format.PLAIN.outputs());
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
                encoder.has("timeEncoder") && !encoder.isObject("timeEncoder")
                        ? times(encoder.text("timeEncoder", ""))
                        : CLOUD.times());
    }

    /** What zap doesn't know, the empty name among it, is its default. */
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
