package dev.baton.handover;

import dev.baton.transfer.ByDescriptor.Wish;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a packet asks for. Its text is the head of the HTTP request that would ask for the same: a line with method and path, then fields,
 * each on a line of its own. The line may end with or without a version, lines with or without a carriage return.
 */
sealed interface Request {
    /** {@code GET /v1/objects/<reference>}. */
    record Get(String reference) implements Request {}

    /** {@code POST /v1/objects?retrievals=..&ttl=..} with the descriptor of the object. */
    record Put(Wish wish) implements Request {}

    /** None of these. */
    record Unclear(String detail) implements Request {}

    String OBJECTS = "/v1/objects";

    static Request of(String text) {
        String[] lines = text.split("\n", -1);
        String[] first = lines[0].strip().split(" ", -1);
        if (first.length != 2 && first.length != 3) {
            return new Unclear("the first line is not a method and a path");
        }
        String path = first[1];
        return switch (first[0]) {
            case "GET" ->
                path.startsWith(OBJECTS + "/")
                        ? new Get(path.substring(OBJECTS.length() + 1))
                        : new Unclear("only objects can be got here");
            case "POST" ->
                path.equals(OBJECTS) || path.startsWith(OBJECTS + "?")
                        ? put(path, lines)
                        : new Unclear("only objects can be put here");
            default -> new Unclear("only GET and POST go over this socket; everything else over HTTP");
        };
    }

    private static Request put(String target, String[] lines) {
        String contentType = null;
        String digest = null;
        long size = -1;
        for (int i = 1; i < lines.length && !lines[i].isBlank(); i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1) {
                return new Unclear("a field has no name");
            }
            String value = lines[i].substring(colon + 1).strip();
            if (!isVisible(value)) {
                return new Unclear("a field has a character that no field may have");
            }
            switch (lines[i].substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-type" -> contentType = value;
                case "repr-digest" -> digest = value;
                case "content-length" -> {
                    size = size(value);
                    if (size < 0) {
                        return new Unclear("content-length is not a number of bytes");
                    }
                }
                default -> {
                    // As over HTTP: a field that nobody knows says nothing.
                }
            }
        }
        return new Put(new Wish(target, contentType, digest, size));
    }

    /** What may stand in a field's value, RFC 9110, section 5.5, without the obsolete octets. */
    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static long size(@Nullable String value) {
        try {
            return value == null ? -1 : Long.parseLong(value);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
