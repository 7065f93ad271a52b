package dev.baton.config;

import org.jspecify.annotations.Nullable;

/**
 * A setting that ends the start, exit code 1. The message is one line that names the variable. As with the Go sidecar, a variable that
 * is missing or of the wrong type is told on standard error; whatever is found wrong once the log's own settings are known is told
 * by the log.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable LogSettings log;

    /** What a log can be made of before the rest of the settings are there. */
    public record LogSettings(Logging logging, Identity identity) {}

    ConfigException(String message) {
        this(message, null);
    }

    private ConfigException(@Nullable String message, @Nullable LogSettings log) {
        // Neither a stack trace nor suppressed exceptions: the reader is an operator.
        super(message, null, false, false);
        this.log = log;
    }

    ConfigException toldBy(LogSettings settings) {
        return new ConfigException(getMessage(), settings);
    }

    /** The log that tells it; null for standard error. */
    public @Nullable LogSettings log() {
        return log;
    }
}
