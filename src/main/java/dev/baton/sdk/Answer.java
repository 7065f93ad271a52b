package dev.baton.sdk;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An answer's text: status line, fields, an empty line, body.
 *
 * @param fields by name in lower case
 */
record Answer(int status, Map<String, String> fields, String body) {
    /** @throws BatonException if it is none */
    static Answer of(String text) throws BatonException {
        int end = text.indexOf("\n\n");
        if (end < 3) {
            throw new BatonException(BatonException.UNREACHABLE, "the answer is not understood");
        }
        String[] lines = text.substring(0, end).split("\n", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                fields.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        try {
            return new Answer(Integer.parseInt(lines[0].substring(0, 3)), Map.copyOf(fields), text.substring(end + 2));
        } catch (NumberFormatException e) {
            throw new BatonException(BatonException.UNREACHABLE, "the answer is not understood");
        }
    }

    long size() throws BatonException {
        try {
            return Long.parseLong(fields.getOrDefault("content-length", ""));
        } catch (NumberFormatException e) {
            throw new BatonException(BatonException.UNREACHABLE, "the answer has no size");
        }
    }

    BatonException problem() {
        return problem(fields.getOrDefault("baton-error", ""), status, body);
    }

    /** @param field the Baton-Error field: {@code code; reached=...} */
    static BatonException problem(String field, int status, String json) {
        int end = field.indexOf(';');
        String code = end < 0 ? field : field.substring(0, end);
        return BatonException.of(code.isBlank() ? "status-" + status : code.strip(), detail(json));
    }

    /** The sidecar's details are plain sentences: nothing in them is escaped. */
    private static String detail(String json) {
        String name = "\"detail\":\"";
        int start = json.indexOf(name);
        int end = start < 0 ? -1 : json.indexOf('"', start + name.length());
        return end < 0 ? "refused" : json.substring(start + name.length(), end);
    }
}
