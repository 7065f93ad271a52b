package dev.baton.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed reads of the environment. A variable of the Go sidecar is judged as Go's envconfig judges it: one that is set but
 * empty counts as given. Baton's own variables and those from Kubernetes take their default when empty.
 */
final class Env {
    private static final int SHOWN_CHARACTERS = 60;

    private final Map<String, String> variables;
    private final List<String> warnings = new ArrayList<>();

    Env(Map<String, String> variables) {
        this.variables = variables;
    }

    void warn(String line) {
        warnings.add(line);
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    Map<String, String> all() {
        return variables;
    }

    /** The value as given, or null when it is absent or empty. */
    @Nullable
    String given(Setting setting) {
        String value = variables.get(setting.name());
        return value == null || value.isEmpty() ? null : value;
    }

    String text(Setting setting) {
        String value = variables.get(setting.name());
        if (value == null) {
            if (setting.required()) {
                throw new ConfigException("required key " + setting.name() + " missing value");
            }
            return setting.computed() ? "" : setting.fallback();
        }
        return value.isEmpty() && !setting.required() ? emptyValue(setting) : value;
    }

    private static String emptyValue(Setting setting) {
        return switch (setting.kind()) {
            // Go's envconfig parses an empty number or flag and fails; only Baton's own fall back.
            case INTEGER, SECONDS, FLAG, DECIMAL -> setting.name().startsWith("BATON_") ? setting.fallback() : "";
            default -> setting.computed() ? "" : setting.fallback();
        };
    }

    long integer(Setting setting) {
        String value = text(setting);
        try {
            return GoInteger.parse(value);
        } catch (NumberFormatException e) {
            throw bad(setting, value, "is not a whole number");
        }
    }

    int integer(Setting setting, int least, int most) {
        return Math.clamp(integer(setting), least, most);
    }

    /** A number that must lie in a range. */
    int count(Setting setting, int least, int most) {
        return count(setting, text(setting), least, most);
    }

    private static int count(Setting setting, String value, int least, int most) {
        long number = digits(value);
        if (number < least || number > most) {
            throw bad(setting, value, "is not a number from " + least + " to " + most);
        }
        return (int) number;
    }

    int port(Setting setting, int least) {
        return count(setting, text(setting), least, 65535);
    }

    boolean flag(Setting setting) {
        String value = text(setting);
        return switch (value) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw bad(setting, value, "is neither true nor false");
        };
    }

    double fraction(Setting setting) {
        String value = text(setting);
        try {
            double number = Double.parseDouble(value);
            if (number >= 0 && number <= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw bad(setting, value, "is not a number from 0 to 1");
    }

    /** Whole seconds of the Go sidecar; what is below zero counts as zero. */
    Duration seconds(Setting setting) {
        return Duration.ofSeconds(integer(setting, 0, Integer.MAX_VALUE));
    }

    Duration duration(Setting setting) {
        String value = text(setting);
        int unit = value.length();
        while (unit > 0 && !digit(value.charAt(unit - 1))) {
            unit--;
        }
        long number = digits(value.substring(0, unit));
        // Nothing waits for a year: the limit keeps sums of durations in range.
        if (number >= 0 && number <= 31_536_000_000L) {
            Duration duration =
                    switch (value.substring(unit)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(-1);
                    };
            if (!duration.isNegative() && duration.toDays() <= 365) {
                return duration;
            }
        }
        throw bad(setting, value, "is not a duration such as 500ms, 2s, 10m or 1h");
    }

    /** A duration of at least one millisecond. */
    Duration positiveDuration(Setting setting) {
        Duration duration = duration(setting);
        if (duration.isZero()) {
            throw bad(setting, text(setting), "must be longer than zero");
        }
        return duration;
    }

    long bytes(Setting setting, long least, long most) {
        String value = text(setting);
        int shift = value.endsWith("KiB") ? 10 : value.endsWith("MiB") ? 20 : value.endsWith("GiB") ? 30 : 0;
        long number = digits(shift == 0 ? value : value.substring(0, value.length() - 3));
        if (number < 0 || number > Long.MAX_VALUE >> shift) {
            throw bad(setting, value, "is not a size such as 65536, 64KiB, 10MiB or 2GiB");
        }
        long size = number << shift;
        if (size < least || size > most) {
            throw bad(setting, value, "is not a size from " + least + " to " + most + " bytes");
        }
        return size;
    }

    /** The parts between commas, trimmed, empty ones left out. */
    List<String> list(Setting setting) {
        String value = text(setting);
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (from <= value.length()) {
            int comma = value.indexOf(',', from);
            int to = comma < 0 ? value.length() : comma;
            String part = value.substring(from, to).strip();
            if (!part.isEmpty()) {
                parts.add(part);
            }
            from = to + 1;
        }
        return List.copyOf(parts);
    }

    List<Cidr> cidrs(Setting setting) {
        List<Cidr> ranges = new ArrayList<>();
        for (String part : list(setting)) {
            Cidr range = Cidr.parse(part);
            if (range == null) {
                throw bad(setting, part, "is not an address range such as 10.0.0.0/8 or fd00::/8");
            }
            ranges.add(range);
        }
        return List.copyOf(ranges);
    }

    @Nullable
    InetAddress address(Setting setting) {
        String value = given(setting);
        if (value == null) {
            return null;
        }
        InetAddress address = Addresses.parse(value);
        if (address == null) {
            throw bad(setting, value, "is not an IP address");
        }
        return address;
    }

    /** The exception for a value that does not parse: one line, whatever the value holds. */
    static ConfigException bad(Setting setting, String value, String problem) {
        StringBuilder line = new StringBuilder(setting.name()).append(": '");
        for (int i = 0; i < Math.min(value.length(), SHOWN_CHARACTERS); i++) {
            char c = value.charAt(i);
            line.append(Character.isISOControl(c) ? '?' : c);
        }
        if (value.length() > SHOWN_CHARACTERS) {
            line.append("...");
        }
        return new ConfigException(line.append("' ").append(problem).toString());
    }

    /** A number of decimal digits that an int holds, or -1. */
    static int number(String text) {
        return (int) Math.min(digits(text), Integer.MAX_VALUE);
    }

    /** A number of decimal digits only, or -1. */
    private static long digits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!digit(text.charAt(i))) {
                return -1;
            }
            number = number * 10 + (text.charAt(i) - '0');
        }
        return number;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
