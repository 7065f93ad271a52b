package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Jackson is the oracle: what it takes, the parser takes with the same values; what it refuses, the parser refuses. But for escapes of
 * half a character, where the parser does as Go's encoding/json: for Jackson they are replaced by what that makes of them.
 */
class JsonParserTest {
    private static final JsonFactory JACKSON = new JsonFactory();
    /** Whole escapes, or, as group 1, that of one half alone. */
    private static final Pattern ESCAPE = Pattern.compile(
            "\\\\u[dD][89abAB]\\p{XDigit}{2}\\\\u[dD][c-fC-F]\\p{XDigit}{2}|(\\\\u[dD][89a-fA-F]\\p{XDigit}{2})|\\\\.",
            Pattern.DOTALL);

    @Property(tries = 3000)
    void anyText(@ForAll("texts") String text) {
        assertThat(ours(text)).as(text).isEqualTo(jacksons(text));
    }

    @Property(tries = 500)
    void aDocumentWithOneChange(
            @ForAll("documents") String document, @ForAll int where, @ForAll("pieces") String piece) {
        assertThat(ours(document)).as(document).isEqualTo(jacksons(document)).isPresent();
        int at = Math.floorMod(where, document.length());
        for (String changed : List.of(
                document.substring(0, at) + piece + document.substring(at),
                document.substring(0, at) + piece + document.substring(at + 1),
                document.substring(0, at),
                document.substring(at))) {
            assertThat(ours(changed)).as(changed).isEqualTo(jacksons(changed));
        }
    }

    @Test
    void escapesAndNumbers() throws Exception {
        assertThat(JsonParser.parse("\"a\\u00e9\\uD83D\\ude00\\n\\\"\\/\"")).isEqualTo("a\u00e9\uD83D\uDE00\n\"/");
        assertThat(JsonParser.parse(" [0, -0, 1e3, -1.5E-2, 9223372036854775807, {}, [], null, true, false] "))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .startsWith(0L, 0L, 1000.0, -0.015, Long.MAX_VALUE, Map.of(), List.of());
    }

    /** What encoding/json of Go 1.26 makes of the same texts. */
    @Test
    void halfACharacterIsReplacedAsGoDoes() throws Exception {
        assertThat(JsonParser.parse("\"\\ud800\"")).isEqualTo("\uFFFD");
        assertThat(JsonParser.parse("\"\\udc00a\"")).isEqualTo("\uFFFDa");
        assertThat(JsonParser.parse("\"\\ud800\\n\"")).isEqualTo("\uFFFD\n");
        assertThat(JsonParser.parse("\"\\ud800\\u0041\"")).isEqualTo("\uFFFDA");
        assertThat(JsonParser.parse("\"\\ud800\\ud800\\udc00\"")).isEqualTo("\uFFFD\uD800\uDC00");
        assertThat(JsonParser.parse("{\"\\uDBFF\": 1}")).isEqualTo(Map.of("\uFFFD", 1L));
    }

    @Test
    void nestingIsBounded() {
        assertThat(ours("[".repeat(100) + "]".repeat(100))).isPresent();
        assertThat(ours("[".repeat(200) + "]".repeat(200))).isEmpty();
        assertThat(ours("[".repeat(1_000_000))).isEmpty();
        assertThat(ours("{\"a\":".repeat(1_000_000))).isEmpty();
    }

    @Test
    void thePlaceIsTheFirstCharacterThatDoesNotFit() {
        assertThatThrownBy(() -> JsonParser.parse("{\"a\": tru}"))
                .isInstanceOfSatisfying(
                        JsonParser.Malformed.class, e -> assertThat(e.at()).isEqualTo(6));
    }

    static Optional<Object> ours(String text) {
        try {
            return Optional.of(Optional.ofNullable(JsonParser.parse(text)));
        } catch (JsonParser.Malformed e) {
            return Optional.empty();
        }
    }

    static Optional<Object> jacksons(String text) {
        String whole = ESCAPE.matcher(text)
                .replaceAll(found -> found.group(1) == null ? Matcher.quoteReplacement(found.group()) : "\\\\ufffd");
        try (var parser = JACKSON.createParser(ObjectReadContext.empty(), whole)) {
            if (parser.nextToken() == null) {
                return Optional.empty();
            }
            Object value = value(parser);
            return parser.nextToken() == null ? Optional.of(Optional.ofNullable(value)) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static Object value(tools.jackson.core.JsonParser parser) {
        JsonToken token = parser.currentToken();
        switch (token) {
            case START_OBJECT -> {
                Map<String, Object> members = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, value(parser));
                }
                return members;
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                return elements;
            }
            case VALUE_STRING -> {
                return parser.getString();
            }
            case VALUE_NUMBER_INT -> {
                return parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            default -> {
                return token == JsonToken.VALUE_NULL ? null : (Object) parser.getBooleanValue();
            }
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(
                "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\u12", "\\ud83d", "\\uDE00", "\\x", "'", "0", "1",
                "-", "+", ".", "e", "E5", "true", "tru", "null", "nul", "NaN", "//", "/*", " ", "\n", "\t", "\u0001",
                "\u00a0", "\u0660", "\ufeff", "a");
    }

    @Provide
    Arbitrary<String> texts() {
        return pieces().list().ofMaxSize(8).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> documents() {
        Arbitrary<String> scalars = Arbitraries.of(
                "1",
                "-1",
                "0",
                "0.5",
                "1e9",
                "123456789012",
                "\"\"",
                "\"a b\"",
                "\"\\n\\u0041\"",
                "true",
                "false",
                "null");
        Arbitrary<String> lists = scalars.list().ofMaxSize(3).map(all -> "[" + String.join(" , ", all) + "]");
        return Arbitraries.oneOf(scalars, lists).list().ofMaxSize(4).map(all -> {
            StringBuilder object = new StringBuilder("{");
            for (String value : all) {
                object.append(object.length() > 1 ? ", " : "")
                        .append("\"k")
                        .append(object.length())
                        .append("\":")
                        .append(value);
            }
            return object.append("}").toString();
        });
    }
}
