package dev.baton.requestlog;

import dev.baton.http.Octets;
import java.util.List;
import java.util.Locale;

/**
 * fmt.Sprintf for the types that templates know. What Go says of a format that does not fit its arguments ({@code %!d(string=x)},
 * {@code %!s(MISSING)}, {@code %!(EXTRA int=1)}) is said here too; argument indexes and {@code %#v} are not supported. Pure, one use.
 */
final class Printf {
    private final String format;
    private final List<Object> arguments;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int next;

    // Of the verb that is being read.
    private boolean minus;
    private boolean plus;
    private boolean sharp;
    private boolean space;
    private boolean zero;
    private int width;
    private int precision;

    private Printf(String format, List<Object> arguments) {
        this.format = format;
        this.arguments = arguments;
    }

    /** @throws ExecException for what is not supported */
    static String format(String format, List<Object> arguments) {
        return new Printf(format, arguments).run();
    }

    private String run() {
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '%') {
                out.append(c);
            } else {
                directive();
            }
        }
        if (next < arguments.size()) {
            out.append("%!(EXTRA ");
            for (int i = next; i < arguments.size(); i++) {
                Object extra = arguments.get(i);
                out.append(i > next ? ", " : "");
                out.append(extra == Nil.NIL ? "<nil>" : Values.type(extra) + "=" + Values.print(extra));
            }
            out.append(')');
        }
        return out.toString();
    }

    private void directive() {
        flags();
        width = number();
        if (width < -1) {
            minus = true;
            zero = false;
            width = -width;
        }
        precision = -1;
        if (at < format.length() && format.charAt(at) == '.') {
            at++;
            precision = Math.max(number(), 0);
        }
        if (at >= format.length()) {
            out.append("%!(NOVERB)");
            return;
        }
        if (format.charAt(at) == '[') {
            throw new ExecException("printf: argument indexes are not supported");
        }
        int size = Octets.size(format, at, Octets.point(format, at));
        String verb = format.substring(at, at + size);
        at += size;
        if (verb.equals("%")) {
            out.append('%');
        } else if (next >= arguments.size()) {
            out.append("%!").append(verb).append("(MISSING)");
        } else {
            print(verb, arguments.get(next++));
        }
    }

    private void flags() {
        minus = false;
        plus = false;
        sharp = false;
        space = false;
        zero = false;
        for (; at < format.length(); at++) {
            switch (format.charAt(at)) {
                case '-' -> {
                    minus = true;
                    zero = false;
                }
                case '+' -> plus = true;
                case '#' -> sharp = true;
                case ' ' -> space = true;
                case '0' -> zero = !minus;
                default -> {
                    return;
                }
            }
        }
    }

    /** Digits or a star; -1 for none. */
    private int number() {
        if (at < format.length() && format.charAt(at) == '*') {
            at++;
            Object given = next < arguments.size() ? arguments.get(next++) : Nil.NIL;
            if (!Values.integer(given) || Math.abs(Values.number(given)) > 1_000_000) {
                out.append("%!(BADWIDTH)");
                return -1;
            }
            return (int) Values.number(given);
        }
        int from = at;
        int value = 0;
        while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
            value = value * 10 + format.charAt(at++) - '0';
            if (value > 1_000_000) {
                throw new ExecException("printf: width or precision out of range");
            }
        }
        return at == from ? -1 : value;
    }

    private void print(String verb, Object value) {
        if (verb.equals("T")) {
            pad(Values.type(value));
            return;
        }
        if (sharp && verb.equals("v")) {
            throw new ExecException("printf: %#v is not supported");
        }
        if (value instanceof List<?> list) {
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                out.append(i > 0 ? " " : "");
                print(verb, String.valueOf(list.get(i)));
            }
            out.append(']');
            return;
        }
        boolean done =
                switch (value) {
                    case String text -> string(verb, text);
                    case Double number -> floating(verb, number);
                    case Boolean flag -> truth(verb, flag);
                    case Struct struct -> struct(verb, struct);
                    case Nil nil -> nil(verb, nil);
                    default -> integer(verb, Values.number(value));
                };
        if (!done) {
            out.append("%!").append(verb).append('(');
            out.append(value == Nil.NIL ? "<nil>" : Values.type(value) + "=" + Values.print(value));
            out.append(')');
        }
    }

    private boolean nil(String verb, Nil nil) {
        if (!verb.equals("v")) {
            return false;
        }
        pad(Values.print(nil));
        return true;
    }

    private boolean truth(String verb, boolean value) {
        if (!verb.equals("v") && !verb.equals("t")) {
            return false;
        }
        pad(Boolean.toString(value));
        return true;
    }

    private boolean struct(String verb, Struct struct) {
        if (!verb.equals("v") && !verb.equals("s")) {
            throw new ExecException("printf: %" + verb + " of " + struct.goType() + " is not supported");
        }
        out.append(struct.print());
        return true;
    }

    private boolean string(String verb, String value) {
        switch (verb) {
            case "v", "s" -> pad(cut(value));
            case "q" -> {
                String text = cut(value);
                if (sharp && text.indexOf('`') < 0 && onlyPrintable(text)) {
                    pad('`' + text + '`');
                } else {
                    pad(plus ? ascii(Octets.quote(text, '"')) : Octets.quote(text, '"'));
                }
            }
            case "x" -> pad(hex(cutOctets(value)));
            case "X" -> pad(hex(cutOctets(value)).toUpperCase(Locale.ROOT));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean onlyPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || (c >= 0x80 && Octets.point(text, i) == Octets.ERROR)) {
                return false;
            }
            i += c < 0x80 ? 0 : Octets.size(text, i, Octets.point(text, i)) - 1;
        }
        return true;
    }

    private static String ascii(String quoted) {
        StringBuilder ascii = new StringBuilder();
        for (int i = 0; i < quoted.length(); ) {
            int point = Octets.point(quoted, i);
            if (point < 0x80) {
                ascii.append((char) point);
            } else {
                ascii.append(point < 0x10000 ? String.format("\\u%04x", point) : String.format("\\U%08x", point));
            }
            i += Octets.size(quoted, i, point);
        }
        return ascii.toString();
    }

    private String cut(String text) {
        int end = 0;
        for (int i = 0; precision >= 0 && i < precision && end < text.length(); i++) {
            end += Octets.size(text, end, Octets.point(text, end));
        }
        return precision < 0 ? text : text.substring(0, end);
    }

    private String cutOctets(String text) {
        return precision < 0 || precision > text.length() ? text : text.substring(0, precision);
    }

    private String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            hex.append(i > 0 && space ? " " : "").append(sharp && (i == 0 || space) ? "0x" : "");
            hex.append(Character.forDigit(text.charAt(i) >> 4, 16))
                    .append(Character.forDigit(text.charAt(i) & 0xf, 16));
        }
        return hex.toString();
    }

    private boolean integer(String verb, long value) {
        switch (verb) {
            case "v", "d" -> integer(value, 10, "");
            case "b" -> integer(value, 2, sharp ? "0b" : "");
            case "o" -> integer(value, 8, sharp ? "0" : "");
            case "O" -> integer(value, 8, "0o");
            case "x" -> integer(value, 16, sharp ? "0x" : "");
            case "X" -> {
                int from = out.length();
                integer(value, 16, sharp ? "0x" : "");
                String upper = out.substring(from).toUpperCase(Locale.ROOT);
                out.setLength(from);
                out.append(upper);
            }
            case "c" -> pad(character(value));
            case "q" -> pad(Octets.quote(character(value), '\''));
            case "U" -> pad("U+" + String.format("%04X", value));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String character(long value) {
        int point = value < 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? Octets.ERROR : (int) value;
        return Octets.of(Character.toString(point));
    }

    private void integer(long value, int radix, String prefix) {
        String sign = value < 0 ? "-" : plus ? "+" : space ? " " : "";
        String digits = Long.toString(value, radix);
        digits = value < 0 ? digits.substring(1) : digits;
        int wanted = precision >= 0 ? precision : zero ? width - sign.length() : 0;
        if (precision == 0 && value == 0) {
            pad("");
            return;
        }
        String zeros = "0".repeat(Math.max(0, wanted - digits.length()));
        boolean filled = zero;
        zero = false;
        pad(sign + prefix + zeros + digits);
        zero = filled;
    }

    private boolean floating(String verb, double value) {
        String text;
        switch (verb) {
            case "v" -> text = GoFloat.general(value, precision, 'e');
            case "g" -> text = GoFloat.general(value, precision, 'e');
            case "G" -> text = GoFloat.general(value, precision, 'E');
            case "f", "F" -> text = GoFloat.fixed(value, precision);
            case "e" -> text = GoFloat.exponential(value, precision, 'e');
            case "E" -> text = GoFloat.exponential(value, precision, 'E');
            case "b", "x", "X" -> throw new ExecException("printf: %" + verb + " of a float64 is not supported");
            default -> {
                return false;
            }
        }
        String sign = text.startsWith("-") || text.startsWith("+") ? text.substring(0, 1) : "";
        String digits = text.substring(sign.length());
        sign = sign.equals("-") ? sign : plus ? "+" : space ? " " : "";
        if (zero && width > 0) {
            out.append(sign)
                    .append("0".repeat(Math.max(0, width - sign.length() - digits.length())))
                    .append(digits);
        } else {
            pad(sign + digits);
        }
        return true;
    }

    private void pad(String text) {
        int missing = Math.max(0, width - Octets.points(text));
        if (minus) {
            out.append(text).append(" ".repeat(missing));
        } else {
            out.append((zero ? "0" : " ").repeat(missing)).append(text);
        }
    }
}
