package dev.baton.telemetry;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/**
 * Times in UTC by a layout of Go's package {@code time}: how its reference time, Mon Jan 2 15:04:05 2006 -0700, would be written.
 * Loaded only where a layout is given. Pure.
 */
final class GoLayout {
    /** The longer ones before their beginnings. */
    private static final String[] WORDS = {
        "January",
        "Monday",
        "2006",
        "Z07:00:00",
        "Z070000",
        "Z07:00",
        "Z0700",
        "Z07",
        "-07:00:00",
        "-070000",
        "-07:00",
        "-0700",
        "-07",
        "Jan",
        "Mon",
        "MST",
        "__2",
        "002",
        "_2",
        "15",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "PM",
        "pm",
        "1",
        "2",
        "3",
        "4",
        "5"
    };

    private final String layout;
    private final LocalDateTime time;

    private final StringBuilder text = new StringBuilder();

    private GoLayout(String layout, Instant instant) {
        this.layout = layout;

        this.time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    static String format(String layout, Instant instant) {
        GoLayout made = new GoLayout(layout, instant);
        int at = 0;
        while (at < layout.length()) {
            at += made.next(at);
        }
        return made.text.toString();
    }

    /** Writes what begins at {@code at}, and tells its length in the layout. */
    private int next(int at) {
        int fraction = fraction(at);
        if (fraction > 0) {
            return fraction;
        }
        if (layout.startsWith("_2006", at)) {
            text.append('_');
            return 1;
        }
        for (String word : WORDS) {
            if (layout.startsWith(word, at) && ends(word, at + word.length())) {
                write(word);
                return word.length();
            }
        }
        text.append(layout.charAt(at));
        return 1;
    }

    /** "Jan" and "Mon" are no words where a longer one of small letters goes on. */
    private boolean ends(String word, int end) {
        boolean begun = word.equals("Jan") || word.equals("Mon");
        return !begun || end == layout.length() || !Character.isLowerCase(layout.charAt(end));
    }

    private void write(String word) {
        switch (word) {
            case "2006" -> digits(time.getYear(), 4);
            case "06" -> digits(time.getYear() % 100, 2);
            case "01" -> digits(time.getMonthValue(), 2);
            case "1" -> text.append(time.getMonthValue());
            case "January" -> text.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case "Jan" -> text.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH), 0, 3);
            case "Monday" -> text.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
            case "Mon" -> text.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH), 0, 3);
            case "02" -> digits(time.getDayOfMonth(), 2);
            case "_2" -> padded(time.getDayOfMonth(), 2);
            case "2" -> text.append(time.getDayOfMonth());
            case "002" -> digits(time.getDayOfYear(), 3);
            case "__2" -> padded(time.getDayOfYear(), 3);
            case "15" -> digits(time.getHour(), 2);
            case "03" -> digits(hourOfTwelve(), 2);
            case "3" -> text.append(hourOfTwelve());
            case "04" -> digits(time.getMinute(), 2);
            case "4" -> text.append(time.getMinute());
            case "05" -> digits(time.getSecond(), 2);
            case "5" -> text.append(time.getSecond());
            case "PM" -> text.append(time.getHour() < 12 ? "AM" : "PM");
            case "pm" -> text.append(time.getHour() < 12 ? "am" : "pm");
            case "MST" -> text.append("UTC");
            // An offset of nothing, with as many digits as are asked for.
            default ->
                text.append(word.startsWith("Z") ? "Z" : word.replace('-', '+').replace('7', '0'));
        }
    }

    private int hourOfTwelve() {
        int hour = time.getHour() % 12;
        return hour == 0 ? 12 : hour;
    }

    /** A point or comma with zeros, or with nines for as many digits as are not zeros at the end; 0 if there is none. */
    private int fraction(int at) {
        char point = layout.charAt(at);
        if ((point != '.' && point != ',') || at + 1 == layout.length()) {
            return 0;
        }
        char digit = layout.charAt(at + 1);
        int end = at + 1;
        while (end < layout.length() && layout.charAt(end) == digit) {
            end++;
        }
        boolean goesOn = end < layout.length() && Character.isDigit(layout.charAt(end));
        if ((digit != '0' && digit != '9') || goesOn || end - at > 10) {
            return 0;
        }
        int start = text.length();
        text.append(point);
        digits(time.get(ChronoField.NANO_OF_SECOND), 9);
        text.setLength(start + end - at);
        if (digit == '9') {
            while (text.charAt(text.length() - 1) == '0') {
                text.setLength(text.length() - 1);
            }
            if (text.length() == start + 1) {
                text.setLength(start);
            }
        }
        return end - at;
    }

    private void digits(int value, int width) {
        LogLine.digits(text, value, width);
    }

    private void padded(int value, int width) {
        String digits = Integer.toString(value);
        text.repeat(' ', width - digits.length()).append(digits);
    }
}
