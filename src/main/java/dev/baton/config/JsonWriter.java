package dev.baton.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as {@link JsonParser} makes them, back in JSON. Pure. */
final class JsonWriter {
    private static final double WHOLE_MAX = 1e15;

    private final StringBuilder text = new StringBuilder();

    private JsonWriter() {}

    static String text(@Nullable Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value);
        return writer.text.toString();
    }

    private void value(@Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            char before = '{';
            for (Map.Entry<?, ?> member : members.entrySet()) {
                text.append(before);
                string(String.valueOf(member.getKey()));
                text.append(':');
                value(member.getValue());
                before = ',';
            }
            text.append(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> elements) {
            char before = '[';
            for (Object element : elements) {
                text.append(before);
                value(element);
                before = ',';
            }
            text.append(elements.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            string(string);
        } else if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < WHOLE_MAX) {
            text.append(number.longValue());
        } else {
            text.append(value);
        }
    }

    private void string(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || c == '\u2028' || c == '\u2029') {
                text.append("\\u");
                String hex = Integer.toHexString(c);
                text.append("0000", hex.length(), 4).append(hex);
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
