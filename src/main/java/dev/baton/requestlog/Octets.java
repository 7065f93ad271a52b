package dev.baton.requestlog;

import java.nio.charset.StandardCharsets;

/**
 * Go's strings: octets, usually UTF-8, kept in Latin-1 strings as Netty hands them out of heads. What is not UTF-8 passes
 * unchanged, as in Go. Pure.
 */
final class Octets {
    /** What Go decodes an octet to that begins no character. */
    static final int ERROR = 0xfffd;

    private Octets() {}

    static String of(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The code point that begins at an index; {@link #ERROR} of one octet where none does (RFC 3629). */
    static int point(String text, int at) {
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
    static int size(String text, int at, int point) {
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
    static int points(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i += size(text, i, point(text, i))) {
            count++;
        }
        return count;
    }

    /** unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space. */
    static boolean printable(int point) {
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
}
