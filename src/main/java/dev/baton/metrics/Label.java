package dev.baton.metrics;

/**
 * One attribute of a measured value.
 *
 * @param name in OpenTelemetry's spelling, with dots
 * @param value a String or a Long
 */
public record Label(String name, Object value) {
    static Label of(String name, String value) {
        return new Label(name, value);
    }

    static Label of(String name, long value) {
        return new Label(name, Long.valueOf(value));
    }
}
