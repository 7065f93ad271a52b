package dev.baton.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log's level and key names, from SERVING_LOGGING_CONFIG (a zap configuration in JSON) and SERVING_LOGGING_LEVEL.
 *
 * @param level lines below it are not written
 * @param keys names of the JSON keys; an empty name leaves that part out
 * @param format the rest of how a line looks, and where it goes
 * @param problem why SERVING_LOGGING_CONFIG could not be used, else empty: then the logger is named {@code fallback-logger} and warns
 */
public record Logging(Level level, Keys keys, Format format, String problem) {
    /** What holds where the configuration cannot be used. */
    public static Logging fallback(Level level, String problem) {
        return LoggingReader.fallback(level, problem);
    }

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

    /**
     * What zap's configuration can ask for beyond names.
     *
     * @param functionKey name of the key for the function that writes the line, empty for none
     * @param fullCaller callers with all of their folders
     * @param coloured levels in the colours of a terminal
     * @param timeLayout a layout of Go's package time, which goes before {@link Keys#times}; null for none
     * @param separator between the columns of a line that is text for people; null for lines of JSON
     * @param lineEnding what a line ends with
     * @param tracesFrom lines of this level and above tell how they came about
     * @param initial fields of every line
     * @param outputs {@code stdout}, {@code stderr} and names of files
     */
    public record Format(
            String functionKey,
            boolean fullCaller,
            boolean coloured,
            @Nullable String timeLayout,
            @Nullable String separator,
            String lineEnding,
            Level tracesFrom,
            List<Field> initial,
            List<String> outputs) {
        /** What an empty configuration means. */
        public static final Format PLAIN =
                new Format("", false, false, null, null, "\n", Level.ERROR, List.of(), List.of("stdout"));
    }

    /**
     * A field of every line.
     *
     * @param json its value, as JSON
     */
    public record Field(String name, String json) {}
}
