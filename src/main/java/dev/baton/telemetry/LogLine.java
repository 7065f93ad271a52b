package dev.baton.telemetry;

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

    LogLine level(Keys keys, Level level) {
        return field(keys.level(), name(keys, level));
    }

    LogLine time(Keys keys, Instant instant) {
        if (!keys.time().isEmpty()) {
            key(keys.time());
            switch (keys.times()) {
                case SECONDS -> epoch(instant, NANO_DIGITS);
                case MILLIS -> epoch(instant, MICRO_DIGITS);
                case NANOS -> epoch(instant, 0);
                default -> timestamp(instant, keys.times());
            }
        }
        return this;
    }

    /** A field with an empty name is left out. */
    LogLine field(String name, String value) {
        if (!name.isEmpty()) {
            key(name);
            string(value);
        }
        return this;
    }

    byte[] end() {
        return text.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
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

    private void timestamp(Instant instant, Times style) {
        // java.time's formatters cost more classes than the rest of the log together.
        long second = instant.getEpochSecond();
        int fraction = instant.getNano();
        var time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        text.append('"');
        digits(time.getYear(), 4).append('-');
        digits(time.getMonthValue(), 2).append('-');
        digits(time.getDayOfMonth(), 2).append('T');
        digits(time.getHour(), 2).append(':');
        digits(time.getMinute(), 2).append(':');
        digits(time.getSecond(), 2);
        if (style == Times.ISO8601) {
            text.append('.');
            digits(fraction / 1_000_000, 3);
        } else if (style == Times.RFC3339_NANO && fraction != 0) {
            text.append('.');
            digits(fraction, NANO_DIGITS);
            dropZeros();
        }
        text.append("Z\"");
    }

    /** A number of nanoseconds with a point in front of its last digits. */
    private void epoch(Instant instant, int fractionDigits) {
        text.append(instant.getEpochSecond());
        digits(instant.getNano(), NANO_DIGITS);
        if (fractionDigits > 0) {
            text.insert(text.length() - fractionDigits, '.');
            dropZeros();
            if (text.charAt(text.length() - 1) == '.') {
                text.setLength(text.length() - 1);
            }
        }
    }

    private void dropZeros() {
        while (text.charAt(text.length() - 1) == '0') {
            text.setLength(text.length() - 1);
        }
    }

    private StringBuilder digits(int value, int width) {
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
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                // Line separators of Unicode are legal in JSON, but some collectors split at them.
                case '\u2028', '\u2029' -> escape(c);
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        escape(c);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private void escape(char c) {
        text.append("\\u")
                .append(HEX.charAt(c >> 12))
                .append(HEX.charAt(c >> 8 & 0xf))
                .append(HEX.charAt(c >> 4 & 0xf))
                .append(HEX.charAt(c & 0xf));
    }
}
