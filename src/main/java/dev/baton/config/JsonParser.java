package dev.baton.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * RFC 8259 as strictly as Go's encoding/json, into maps (names in any case, the last of two wins), lists, strings, Long,
 * Double, Boolean and null. Written out because the usual library's parser initialises BigDecimal, which costs 10 ms of every
 * start; its answers are compared with that library's in the tests.
 */
final class JsonParser {
    /** Deep enough for any real document, shallow enough for the stack. */
    private static final int MOST_LEVELS = 100;

    private final String text;
    private int at;

    private JsonParser(String text) {
        this.text = text;
    }

    /** What {@code text} holds. */
    static @Nullable Object parse(String text) throws Malformed {
        JsonParser parser = new JsonParser(text);
        Object value = parser.value(0);
        parser.space();
        if (parser.at < text.length()) {
            throw parser.malformed();
        }
        return value;
    }

    /** Not JSON. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private final int at;

        Malformed(int at) {
            super(null, null, false, false);
            this.at = at;
        }

        /** Index of the first character that does not fit. */
        int at() {
            return at;
        }
    }

    private @Nullable Object value(int level) throws Malformed {
        space();
        if (level > MOST_LEVELS || at == text.length()) {
            throw malformed();
        }
        return switch (text.charAt(at)) {
            case '{' -> object(level);
            case '[' -> array(level);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object(int level) throws Malformed {
        Map<String, @Nullable Object> members = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        at++;
        if (next('}')) {
            return members;
        }
        do {
            space();
            if (at == text.length() || text.charAt(at) != '"') {
                throw malformed();
            }
            String name = string();
            expect(':');
            members.put(name, value(level + 1));
        } while (next(','));
        expect('}');
        return members;
    }

    private List<@Nullable Object> array(int level) throws Malformed {
        List<@Nullable Object> elements = new ArrayList<>();
        at++;
        if (next(']')) {
            return elements;
        }
        do {
            elements.add(value(level + 1));
        } while (next(','));
        expect(']');
        return elements;
    }

    private String string() throws Malformed {
        at++;
        StringBuilder built = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return paired(built);
            }
            if (c < ' ') {
                throw malformed();
            }
            if (c == '\\') {
                at++;
                c = escaped();
            }
            built.append(c);
            at++;
        }
        throw malformed();
    }

    /** Escapes can spell half a character; encoding/json makes U+FFFD of each. */
    private static String paired(StringBuilder built) {
        for (int i = 0; i < built.length(); i++) {
            if (Character.isHighSurrogate(built.charAt(i))
                    && i + 1 < built.length()
                    && Character.isLowSurrogate(built.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(built.charAt(i))) {
                built.setCharAt(i, '\uFFFD');
            }
        }
        return built.toString();
    }

    /** The character behind a backslash; stays on its last one. */
    private char escaped() throws Malformed {
        char c = at < text.length() ? text.charAt(at) : 0;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw malformed();
        };
    }

    private char hex() throws Malformed {
        int c = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            char digit = at < text.length() ? text.charAt(at) : 0;
            // Character.digit takes the digits of other scripts too.
            int value = digit < 128 ? Character.digit(digit, 16) : -1;
            if (value < 0) {
                throw malformed();
            }
            c = c << 4 | value;
        }
        return (char) c;
    }

    private @Nullable Object word(String word, @Nullable Object value) throws Malformed {
        if (!text.startsWith(word, at)) {
            throw malformed();
        }
        at += word.length();
        return value;
    }

    private Object number() throws Malformed {
        int from = at;
        if (peek('-')) {
            at++;
        }
        if (peek('0')) {
            at++;
        } else {
            digits();
        }
        boolean whole = true;
        if (peek('.')) {
            at++;
            digits();
            whole = false;
        }
        if (peek('e') || peek('E')) {
            at++;
            if (peek('+') || peek('-')) {
                at++;
            }
            digits();
            whole = false;
        }
        String number = text.substring(from, at);
        try {
            return whole ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
        } catch (NumberFormatException e) {
            // More than 64 bits: no setting is that large.
            throw new Malformed(from);
        }
    }

    private void digits() throws Malformed {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == from) {
            throw malformed();
        }
    }

    private boolean peek(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean next(char c) {
        space();
        if (peek(c)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws Malformed {
        if (!next(c)) {
            throw malformed();
        }
    }

    private void space() {
        while (at < text.length() && (peek(' ') || peek('\n') || peek('\r') || peek('\t'))) {
            at++;
        }
    }

    private Malformed malformed() {
        return new Malformed(at);
    }
}
