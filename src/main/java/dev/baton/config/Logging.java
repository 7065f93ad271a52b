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

    /** How levels are spelled. */
    public enum Spelling {
        /** Severities of Google's Cloud Logging: {@code WARNING}, {@code CRITICAL}, {@code EMERGENCY}. */
        STACKDRIVER,
        CAPITAL,
        LOWER_CASE
    }

    /** zap's encoders of time stamps, all in UTC. */
    public enum Times {
        /** {@code 2026-02-03T12:05:06.070Z}. */
        ISO8601,
        RFC3339,
        RFC3339_NANO,
        /** Seconds of the epoch, with a fraction. */
        SECONDS,
        /** Milliseconds of the epoch, with a fraction. */
        MILLIS,
        /** Nanoseconds of the epoch. */
        NANOS
    }

    /** Names of the keys of one line, and how two of the values are written. */
    public record Keys(
            String level,
            String time,
            String logger,
            String caller,
            String message,
            String stacktrace,
            Spelling spelling,
            Times times) {}
}
