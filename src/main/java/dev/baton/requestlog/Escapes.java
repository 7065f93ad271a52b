package dev.baton.requestlog;

import dev.baton.http.Octets;

/** Go's ways to make a text harmless inside another: template.JSEscape, HTMLEscape, url.QueryEscape. Pure. */
final class Escapes {
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
                    Octets.hex(out.append("\\u"), Octets.UPPER, point, 4);
                }
                i += size;
                continue;
            }
            switch (c) {
                case '\\', '\'', '"' -> out.append('\\').append(c);
                case '<', '>', '&', '=' -> Octets.hex(out.append("\\u"), Octets.UPPER, c, 4);
                default -> {
                    if (c < ' ') {
                        Octets.hex(out.append("\\u"), Octets.UPPER, c, 4);
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
        Octets.hex(out.append('%'), Octets.UPPER, octet, 2);
    }
}
