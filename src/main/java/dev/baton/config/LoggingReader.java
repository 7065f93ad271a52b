package dev.baton.config;

import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** SERVING_LOGGING_CONFIG, laid over the Cloud Logging style that an empty one means; a bad one is no reason not to start. */
final class LoggingReader {
    private static final Keys CLOUD =
            new Keys("severity", "timestamp", "logger", "caller", "message", "stacktrace", false, true, true);

    private LoggingReader() {}

    static Logging read(String json, String override) {
        Level level = Level.INFO;
        Keys keys = CLOUD;
        String problem = "";
        if (!json.isEmpty()) {
            try {
                JsonTree zap = JsonTree.object(Setting.SERVING_LOGGING_CONFIG, json);
                keys = keys(zap.object("encoderConfig"));
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

    private static Keys keys(JsonTree encoder) {
        boolean levels = encoder.has("levelEncoder");
        boolean times = encoder.has("timeEncoder");
        return new Keys(
                encoder.text("levelKey", CLOUD.level()),
                encoder.text("timeKey", CLOUD.time()),
                encoder.text("nameKey", CLOUD.logger()),
                encoder.text("callerKey", CLOUD.caller()),
                encoder.text("messageKey", CLOUD.message()),
                encoder.text("stacktraceKey", CLOUD.stacktrace()),
                // zap's default for a name that it does not know, the empty one among them.
                levels && !encoder.text("levelEncoder", "").startsWith("capital"),
                !levels,
                !times
                        || encoder.text("timeEncoder", "")
                                .toLowerCase(Locale.ROOT)
                                .equals("rfc3339nano"));
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
