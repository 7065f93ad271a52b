package dev.baton.telemetry;

import dev.baton.config.Logging.Field;
import java.nio.charset.StandardCharsets;

/** One line of text for people as zap's console encoder writes it: columns, then the fields as JSON. Loaded only where that is asked for. */
final class ConsoleLine {
    private final String separator;
    private final StringBuilder text = new StringBuilder(256);
    private boolean context;

    ConsoleLine(String separator) {
        this.separator = separator;
    }

    /** A column that is empty is left out. */
    ConsoleLine column(CharSequence value) {
        if (!value.isEmpty()) {
            if (!text.isEmpty()) {
                text.append(separator);
            }
            text.append(value);
        }
        return this;
    }

    /** After the columns. */
    ConsoleLine field(String name, String value) {
        LogLine.string(member(name), value);
        return this;
    }

    ConsoleLine json(Field field) {
        member(field.name()).append(field.json());
        return this;
    }

    private StringBuilder member(String name) {
        if (context) {
            text.append(", ");
        } else {
            text.append(text.isEmpty() ? "" : separator).append('{');
            context = true;
        }
        LogLine.string(text, name);
        return text.append(": ");
    }

    /** @param stackTrace may be empty */
    byte[] end(String stackTrace, String lineEnding) {
        if (context) {
            text.append('}');
        }
        if (!stackTrace.isEmpty()) {
            text.append('\n').append(stackTrace);
        }
        return text.append(lineEnding).toString().getBytes(StandardCharsets.UTF_8);
    }
}
