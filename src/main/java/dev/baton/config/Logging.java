package dev.baton.config;

/**
 * The log's level and key names, from SERVING_LOGGING_CONFIG (a zap configuration in JSON) and SERVING_LOGGING_LEVEL.
 *
 * @param level lines below it are not written
 * @param keys names of the JSON keys; an empty name leaves that part out
 * @param problem why SERVING_LOGGING_CONFIG could not be used, else empty: then the logger is named {@code fallback-logger} and warns
 */
public record Logging(Level level, Keys keys, String problem) {
    /** zap's levels. */
    public enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR,
        DPANIC,
        PANIC,
        FATAL
    }

    /**
     * Names of the keys of one line.
     *
     * @param lowerCase {@code info} instead of {@code INFO}
     * @param stackdriver severities are those of Google's Cloud Logging ({@code WARNING}, {@code CRITICAL}, {@code EMERGENCY})
     * @param nanos time stamps in RFC 3339 with nanoseconds instead of ISO 8601 with milliseconds
     */
    public record Keys(
            String level,
            String time,
            String logger,
            String caller,
            String message,
            String stacktrace,
            boolean lowerCase,
            boolean stackdriver,
            boolean nanos) {}
}
