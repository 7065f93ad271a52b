package dev.baton.requestlog;

import dev.baton.http.Octets;
import java.nio.charset.StandardCharsets;

/** Literals of Go (The Go Programming Language Specification, "Lexical elements"), strings as octets in Latin-1. Pure. */
final class GoLiterals {
    private GoLiterals() {}

    /** What is between two quotes, escapes resolved. */
    static String unquote(String text, char quote) throws TemplateException {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            c = text.charAt(++i);
            switch (c) {
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case '\\' -> out.append('\\');
                case '\'', '"' -> {
                    if (c != quote) {
                        throw new TemplateException("bad escape in " + text);
                    }
                    out.append(c);
                }
                case 'x' -> {
                    out.append((char) code(text, i + 1, 2, 16));
                    i += 2;
                }
                case 'u', 'U' -> {
                    int digits = c == 'u' ? 4 : 8;
                    int point = code(text, i + 1, digits, 16);
                    if (!Character.isValidCodePoint(point) || (point >= 0xd800 && point < 0xe000)) {
                        throw new TemplateException("bad escape in " + text);
                    }
                    out.append(Octets.of(Character.toString(point)));
                    i += digits;
                }
                default -> {
                    int octet = code(text, i, 3, 8);
                    if (octet > 0xff) {
                        throw new TemplateException("bad escape in " + text);
                    }
                    out.append((char) octet);
                    i += 2;
                }
            }
        }
        return out.toString();
    }

    private static int code(String text, int from, int digits, int radix) throws TemplateException {
        int code = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < text.length() ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                throw new TemplateException("bad escape in " + text);
            }
            code = code * radix + digit;
        }
        return code;
    }

    /** The code point of a character constant. */
    static Long character(String unquoted) throws TemplateException {
        String text = new String(unquoted.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        if (text.codePointCount(0, text.length()) != 1) {
            // '\xff' is a single octet that no UTF-8 text is.
            if (unquoted.length() == 1) {
                return (long) unquoted.charAt(0);
            }
            throw new TemplateException("malformed character constant: '" + unquoted + "'");
        }
        int point = unquoted.length() == 1 ? unquoted.charAt(0) : text.codePointAt(0);
        return (long) point;
    }

    /** An int or a float64; complex and hexadecimal floating-point numbers are not supported. */
    static Object number(String text) throws TemplateException {
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        digits = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        String lower = digits.toLowerCase(java.util.Locale.ROOT);
        try {
            if (digits.isEmpty() || digits.startsWith("+") || digits.startsWith("-") || lower.endsWith("i")) {
                throw new NumberFormatException();
            }
            String sign = negative ? "-" : "";
            if (lower.startsWith("0x")) {
                return Long.valueOf(sign + lower.substring(2), 16);
            }
            if (lower.startsWith("0b")) {
                return Long.valueOf(sign + lower.substring(2), 2);
            }
            if (lower.startsWith("0o")) {
                return Long.valueOf(sign + lower.substring(2), 8);
            }
            if (lower.indexOf('.') >= 0 || lower.indexOf('e') >= 0) {
                if (lower.endsWith("f") || lower.endsWith("d")) {
                    throw new NumberFormatException();
                }
                return Double.valueOf(sign + lower);
            }
            return lower.length() > 1 && lower.startsWith("0")
                    ? Long.valueOf(sign + lower, 8)
                    : Long.valueOf(sign + lower);
        } catch (NumberFormatException e) {
            throw new TemplateException("bad number syntax: \"" + text + "\"");
        }
    }
}
