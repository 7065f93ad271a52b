package dev.baton.requestlog;

/** Go's ways to make a text harmless inside another: template.JSEscape, HTMLEscape, url.QueryEscape, strconv.Quote. Pure. */
final class Escapes {
    private static final String UPPER = "0123456789ABCDEF";
    private static final String LOWER = "0123456789abcdef";

    private Escapes() {}

    static String js(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                int point = Octets.point(text, i);
                int size = Octets.size(text, i, point);
                if (Octets.printable(point)) {
                    out.append(text, i, i + size);
                } else {
                    hex(out.append("\\u"), UPPER, point, 4);
                }
                i += size;
                continue;
            }
            switch (c) {
                case '\\', '\'', '"' -> out.append('\\').append(c);
                case '<', '>', '&', '=' -> hex(out.append("\\u"), UPPER, c, 4);
                default -> {
                    if (c < ' ') {
                        hex(out.append("\\u"), UPPER, c, 4);
                    } else {
                        out.append(c);
                    }
                }
            }
            i++;
        }
        return out.toString();
    }

    static String html(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\0' -> out.append("\u00ef\u00bf\u00bd");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    static String query(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ') {
                out.append('+');
            } else if (unreserved(c)) {
                out.append(c);
            } else {
                percent(out, c);
            }
        }
        return out.toString();
    }

    /** RFC 3986 section 2.3. */
    static boolean unreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.~".indexOf(c) >= 0;
    }

    static void percent(StringBuilder out, char octet) {
        hex(out.append('%'), UPPER, octet, 2);
    }

    /** With that quote on both sides. */
    static String quote(String text, char quote) {
        StringBuilder out = new StringBuilder(text.length() + 16).append(quote);
        for (int i = 0; i < text.length(); ) {
            int point = Octets.point(text, i);
            int size = Octets.size(text, i, point);
            if (point == Octets.ERROR && size == 1) {
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
        } else if (Octets.printable(point)) {
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
    private static void hex(StringBuilder out, String alphabet, int value, int width) {
        int digits = Math.max(width, (35 - Integer.numberOfLeadingZeros(value | 1)) / 4);
        for (int i = digits - 1; i >= 0; i--) {
            out.append(alphabet.charAt(i > 7 ? 0 : (value >>> (4 * i)) & 0xf));
        }
    }
}
