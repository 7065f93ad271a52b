package dev.baton.telemetry;

import dev.baton.config.Logging.Field;
import dev.baton.config.Logging.Format;
import dev.baton.config.Logging.Keys;
import dev.baton.config.Logging.Level;
import dev.baton.config.Logging.Spelling;
import dev.baton.config.Logging.Times;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * One line of JSON as zap's encoder writes it: level, time, logger, message, fields, stack trace. Written by hand, because a
 * JSON library's classes would be loaded before the first request is served.
 */
final class LogLine {
    private static final String HEX = "0123456789abcdef";
    private static final int NANO_DIGITS = 9;
    private static final int MICRO_DIGITS = 6;

    private final StringBuilder text = new StringBuilder(256).append('{');

    LogLine level(Keys keys, Format format, Level level) {
        return field(keys.level(), format.coloured() ? coloured(keys, level) : name(keys, level));
    }

    LogLine time(Keys keys, Format format, Instant instant) {
        String name = keys.time();
        if (!name.isEmpty()) {
            String layout = format.timeLayout();
            if (layout != null) {
                return field(name, GoLayout.format(layout, instant));
            }
            key(name);
            boolean number = keys.times().compareTo(Times.SECONDS) >= 0;
            text.append(number ? "" : "\"");
            time(text, keys.times(), instant);
            text.append(number ? "" : "\"");
        }
        return this;
    }

    /** A value that is JSON already. */
    LogLine json(Field field) {
        key(field.name()).append(field.json());
        return this;
    }

    /** Without quotes. */
    static void time(StringBuilder text, Times style, Instant instant) {
        switch (style) {
            case SECONDS -> epoch(text, instant, NANO_DIGITS);
            case MILLIS -> epoch(text, instant, MICRO_DIGITS);
            case NANOS -> epoch(text, instant, 0);
            default -> timestamp(text, instant, style);
        }
    }

    /** In zap's colours. */
    static String coloured(Keys keys, Level level) {
        int colour =
                switch (level) {
                    case DEBUG -> 35;
                    case INFO -> 34;
                    case WARN -> 33;
                    default -> 31;
                };
        return "\u001b[" + colour + "m" + name(keys, level) + "\u001b[0m";
    }

    /** A field with an empty name is left out. */
    LogLine field(String name, String value) {
        if (!name.isEmpty()) {
            key(name);
            string(value);
        }
        return this;
    }

    byte[] end(Format format) {
        return text.append('}').append(format.lineEnding()).toString().getBytes(StandardCharsets.UTF_8);
    }

    static String name(Keys keys, Level level) {
        if (keys.spelling() == Spelling.STACKDRIVER) {
            return switch (level) {
                case DEBUG -> "DEBUG";
                case INFO -> "INFO";
                case WARN -> "WARNING";
                case ERROR -> "ERROR";
                case DPANIC -> "CRITICAL";
                case PANIC -> "ALERT";
                case FATAL -> "EMERGENCY";
            };
        }
        String name =
                switch (level) {
                    case DEBUG -> "debug";
                    case INFO -> "info";
                    case WARN -> "warn";
                    case ERROR -> "error";
                    case DPANIC -> "dpanic";
                    case PANIC -> "panic";
                    case FATAL -> "fatal";
                };
        return keys.spelling() == Spelling.LOWER_CASE ? name : name.toUpperCase(java.util.Locale.ROOT);
    }

    private StringBuilder key(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        string(name);
        return text.append(':');
    }

    private static void timestamp(StringBuilder text, Instant instant, Times style) {
        // java.time's formatters cost more classes than the rest of the log together.
        long second = instant.getEpochSecond();
        int fraction = instant.getNano();
        var time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        digits(text, time.getYear(), 4).append('-');
        digits(text, time.getMonthValue(), 2).append('-');
        digits(text, time.getDayOfMonth(), 2).append('T');
        digits(text, time.getHour(), 2).append(':');
        digits(text, time.getMinute(), 2).append(':');
        digits(text, time.getSecond(), 2);
        if (style == Times.ISO8601) {
            text.append('.');
            digits(text, fraction / 1_000_000, 3);
        } else if (style == Times.RFC3339_NANO && fraction != 0) {
            text.append('.');
            digits(text, fraction, NANO_DIGITS);
            dropZeros(text);
        }
        text.append('Z');
    }

    /** A number of nanoseconds with a point in front of its last digits. */
    private static void epoch(StringBuilder text, Instant instant, int fractionDigits) {
        text.append(instant.getEpochSecond());
        digits(text, instant.getNano(), NANO_DIGITS);
        if (fractionDigits > 0) {
            text.insert(text.length() - fractionDigits, '.');
            dropZeros(text);
            if (text.charAt(text.length() - 1) == '.') {
                text.setLength(text.length() - 1);
            }
        }
    }

    private static void dropZeros(StringBuilder text) {
        while (text.charAt(text.length() - 1) == '0') {
            text.setLength(text.length() - 1);
        }
    }

    static StringBuilder digits(StringBuilder text, int value, int width) {
        int unit = 1;
        for (int i = 1; i < width; i++) {
            unit *= 10;
        }
        for (int rest = value; unit > 0; rest %= unit, unit /= 10) {
            text.append((char) ('0' + rest / unit));
        }
        return text;
    }

    private void string(String value) {
        string(text, value);
    }

    /** With quotes. */
    static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                // Line separators of Unicode are legal in JSON, but some collectors split at them.
                case '\u2028', '\u2029' -> escape(text, c);
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        escape(text, c);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static void escape(StringBuilder text, char c) {
        text.append("\\u")
                .append(HEX.charAt(c >> 12))
                .append(HEX.charAt(c >> 8 & 0xf))
                .append(HEX.charAt(c >> 4 & 0xf))
                .append(HEX.charAt(c & 0xf));
    }
}
