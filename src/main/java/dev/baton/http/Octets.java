package dev.baton.http;

import java.nio.charset.StandardCharsets;

/**
 * Go's strings: octets, usually UTF-8, kept in Latin-1 strings as Netty hands them out of heads. What is not UTF-8 passes
 * unchanged, as in Go. Pure.
 */
public final class Octets {
    /** What Go decodes an octet to that begins no character. */
    public static final int ERROR = 0xfffd;

    public static final String UPPER = "0123456789ABCDEF";

    private static final String LOWER = "0123456789abcdef";

    private Octets() {}

    public static String of(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The code point that begins at an index; {@link #ERROR} of one octet where none does (RFC 3629). */
    public static int point(String text, int at) {
        int first = text.charAt(at);
        if (first < 0x80) {
            return first;
        }
        int more = first >= 0xf0 && first <= 0xf4
                ? 3
                : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xc2 && first < 0xe0 ? 1 : 0;
        if (more == 0 || at + more >= text.length()) {
            return ERROR;
        }
        int point = first & (0x3f >> more);
        for (int i = 1; i <= more; i++) {
            int next = text.charAt(at + i);
            if ((next & 0xc0) != 0x80 || next > 0xff) {
                return ERROR;
            }
            point = (point << 6) | (next & 0x3f);
        }
        boolean tooLong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
        boolean none = point > 0x10ffff || (point >= 0xd800 && point < 0xe000);
        return tooLong || none ? ERROR : point;
    }

    /** How many octets {@link #point} has read. */
    public static int size(String text, int at, int point) {
        if (point < 0x80) {
            return 1;
        }
        if (point == ERROR) {
            // U+FFFD itself may have been sent too.
            return text.startsWith("\u00ef\u00bf\u00bd", at) ? 3 : 1;
        }
        return point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    /** utf8.RuneCountInString. */
    public static int points(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i += size(text, i, point(text, i))) {
            count++;
        }
        return count;
    }

    /** unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space. */
    public static boolean printable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    /** strconv.Quote, with that quote on both sides. */
    public static String quote(String text, char quote) {
        StringBuilder out = new StringBuilder(text.length() + 16).append(quote);
        for (int i = 0; i < text.length(); ) {
            int point = point(text, i);
            int size = size(text, i, point);
            if (point == ERROR && size == 1) {
                hex(out.append("\\x"), LOWER, text.charAt(i), 2);
            } else {
                quote(out, text, i, size, point, quote);
            }
            i += size;
        }
        return out.append(quote).toString();
    }

    private static void quote(StringBuilder out, String text, int at, int size, int point, char quote) {
        if (point == quote || point == '\\') {
            out.append('\\').append((char) point);
        } else if (printable(point)) {
            out.append(text, at, at + size);
        } else {
            switch (point) {
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 11 -> out.append("\\v");
                default -> {
                    if (point < ' ' || point == 0x7f) {
                        hex(out.append("\\x"), LOWER, point, 2);
                    } else if (point < 0x10000) {
                        hex(out.append("\\u"), LOWER, point, 4);
                    } else {
                        hex(out.append("\\U"), LOWER, point, 8);
                    }
                }
            }
        }
    }

    /** Of at least that many digits. */
    public static void hex(StringBuilder out, String alphabet, int value, int width) {
        int digits = Math.max(width, (35 - Integer.numberOfLeadingZeros(value | 1)) / 4);
        for (int i = digits - 1; i >= 0; i--) {
            out.append(alphabet.charAt(i > 7 ? 0 : (value >>> (4 * i)) & 0xf));
        }
    }
}
