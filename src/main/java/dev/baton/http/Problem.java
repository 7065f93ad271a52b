package dev.baton.http;

/**
 * A problem detail (RFC 9457) with a stable code.
 *
 * @param status HTTP status, repeated in the body
 * @param code stable word for programs; {@code type} is {@code urn:baton:error:<code>}
 * @param title short text that is the same for every occurrence of the code
 * @param detail what happened this time; never an address, a key, a reference or a capability
 */
public record Problem(int status, String code, String title, String detail) {

    /** The body for {@code application/problem+json}. */
    public String json() {
        StringBuilder json = new StringBuilder(96 + title.length() + detail.length());
        json.append("{\"type\":\"urn:baton:error:");
        escape(code, json);
        json.append("\",\"title\":\"");
        escape(title, json);
        json.append("\",\"status\":").append(status).append(",\"detail\":\"");
        escape(detail, json);
        json.append("\",\"code\":\"");
        escape(code, json);
        return json.append("\"}").toString();
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 0xf, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }
}
