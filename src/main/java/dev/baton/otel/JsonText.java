package dev.baton.otel;

/** Strings in JSON. Pure. */
final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /** Appends the value between quotation marks. */
    static void string(StringBuilder json, String value) {
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                json.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
