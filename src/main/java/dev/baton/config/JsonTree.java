package dev.baton.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One object of a JSON variable, read as Go's encoding/json fills a struct: names match in any case, the last of two equal
 * names wins, null and unknown names are passed over, a value of another type is an error. Loaded only when a JSON variable is
 * not empty. Errors name the variable and the place, never the content: endpoints may hold passwords.
 */
final class JsonTree {
    private final Setting setting;
    private final String path;
    private final Map<?, ?> members;

    private JsonTree(Setting setting, String path, Map<?, ?> members) {
        this.setting = setting;
        this.path = path;
        this.members = members;
    }

    /** Reads an object. */
    static JsonTree object(Setting setting, String json) {
        return asObject(setting, "", parse(setting, json));
    }

    /** Reads an array of objects. */
    static List<JsonTree> array(Setting setting, String json) {
        return asArray(setting, "", parse(setting, json));
    }

    boolean has(String name) {
        return members.get(name) != null;
    }

    String text(String name, String fallback) {
        return switch (members.get(name)) {
            case null -> fallback;
            case String text -> text;
            default -> throw bad(name, "a string");
        };
    }

    long integer(String name, long fallback) {
        return switch (members.get(name)) {
            case null -> fallback;
            case Long number -> number;
            default -> throw bad(name, "a whole number");
        };
    }

    double decimal(String name, double fallback) {
        return switch (members.get(name)) {
            case null -> fallback;
            case Long number -> number;
            case Double number -> number;
            default -> throw bad(name, "a number");
        };
    }

    boolean flag(String name) {
        return switch (members.get(name)) {
            case null -> false;
            case Boolean flag -> flag;
            default -> throw bad(name, "true or false");
        };
    }

    /** A whole number, or a string of digits; -1 when it is absent or neither, as for a port that only has a name. */
    int intOrString(String name) {
        return switch (members.get(name)) {
            case null -> -1;
            case Long number -> (int) Math.clamp(number, -1L, Integer.MAX_VALUE);
            case String text -> digits(text);
            default -> throw bad(name, "a number or a string");
        };
    }

    /** A nested object, empty when absent. */
    JsonTree object(String name) {
        Object value = members.get(name);
        return value == null ? new JsonTree(setting, path(name), Map.of()) : asObject(setting, path(name), value);
    }

    /** A nested array of objects, empty when absent. */
    List<JsonTree> array(String name) {
        Object value = members.get(name);
        return value == null ? List.of() : asArray(setting, path(name), value);
    }

    ConfigException bad(String name, String wanted) {
        return new ConfigException(setting.name() + ": " + path(name) + " is not " + wanted);
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static JsonTree asObject(Setting setting, String path, @Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonTree(setting, path, members);
        }
        throw new ConfigException(setting.name() + ": " + (path.isEmpty() ? "it" : path) + " is not an object");
    }

    private static List<JsonTree> asArray(Setting setting, String path, @Nullable Object value) {
        if (value instanceof List<?> elements) {
            List<JsonTree> objects = new ArrayList<>(elements.size());
            for (Object element : elements) {
                objects.add(asObject(setting, path + "[" + objects.size() + "]", element));
            }
            return objects;
        }
        throw new ConfigException(setting.name() + ": " + (path.isEmpty() ? "it" : path) + " is not an array");
    }

    private static @Nullable Object parse(Setting setting, String json) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            Object value = value(parser);
            if (parser.nextToken() == null) {
                return value;
            }
            throw new ConfigException(setting.name() + ": more than one JSON value");
        } catch (JacksonException e) {
            var place = e.getLocation();
            throw new ConfigException(setting.name() + ": not valid JSON"
                    + (place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr()));
        }
    }

    private static @Nullable Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, value(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> null;
        };
    }

    private static int digits(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
