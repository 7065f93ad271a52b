package dev.baton.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Trailer sections as Go's {@code net/textproto} reads them, which its transport then complains about in its words. Pure. */
final class GoTrailers {
    /** So much of a first line that is none is quoted. */
    private static final int QUOTED_BYTES = 80;

    private GoTrailers() {}

    /**
     * Go's complaint about a section that ends with an empty line; null if it has none. The blanks in names, which Go takes and
     * never sends on, become underscores: neither the decoder behind nor a program has to read them.
     */
    static @Nullable String fault(ByteBuf section, int from, int to) {
        if (blank(section.getByte(from))) {
            String line = line(section, from, to);
            return line.length() > QUOTED_BYTES
                    ? "message too large"
                    : "malformed MIME header initial line: " + quote(line);
        }
        int at = from;
        while (true) {
            String line = line(section, at, to);
            if (line.isEmpty()) {
                return null;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                return "malformed MIME header: missing colon: " + quote(line);
            }
            int name = at;
            at = next(section, at, to);
            StringBuilder field = new StringBuilder(trim(line));
            while (at < to && blank(section.getByte(at))) {
                field.append(' ').append(trim(line(section, at, to)));
                at = next(section, at, to);
            }
            if (!soundName(line, colon) || !soundValue(field)) {
                return "malformed MIME header line: " + quote(field.toString());
            }
            for (int i = 0; i < colon; i++) {
                if (line.charAt(i) == ' ') {
                    section.setByte(name + i, '_');
                }
            }
        }
    }

    private static boolean soundName(String line, int colon) {
        for (int i = 0; i < colon; i++) {
            if (line.charAt(i) != ' ' && !HeadLexer.token((byte) line.charAt(i))) {
                return false;
            }
        }
        return colon > 0;
    }

    private static boolean soundValue(CharSequence field) {
        return field.chars().noneMatch(c -> (c < ' ' && c != '\t') || c == 0x7f);
    }

    private static boolean blank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    private static String trim(String line) {
        int from = 0;
        int to = line.length();
        while (from < to && blank(line.charAt(from))) {
            from++;
        }
        while (to > from && blank(line.charAt(to - 1))) {
            to--;
        }
        return line.substring(from, to);
    }

    private static int next(ByteBuf section, int from, int to) {
        return section.indexOf(from, to, (byte) '\n') + 1;
    }

    /** Without its end; octets as characters. */
    private static String line(ByteBuf section, int from, int to) {
        int end = next(section, from, to) - 1;
        if (end > from && section.getByte(end - 1) == '\r') {
            end--;
        }
        return section.toString(from, end - from, StandardCharsets.ISO_8859_1);
    }

    /** As {@code %q}. */
    private static String quote(String octets) {
        return new String(Octets.quote(octets, '"').getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
