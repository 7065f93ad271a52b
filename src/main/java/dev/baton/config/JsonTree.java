package dev.baton.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object of a JSON variable, read as Go's encoding/json fills a struct: names match in any case, the last of two equal
 * names wins, null and unknown names are passed over, a value of another type is an error. Loaded only when a JSON variable is
 * not empty. Without pattern switches, whose first use costs some 20 ms of the start. Errors name the variable and the place, never the content: endpoints may hold passwords.
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
        Object value = members.get(name);
        if (value instanceof String text) {
            return text;
        }
        return absent(value, fallback, name, "a string");
    }

    long integer(String name, long fallback) {
        Object value = members.get(name);
        if (value instanceof Long number) {
            return number;
        }
        return absent(value, fallback, name, "a whole number");
    }

    double decimal(String name, double fallback) {
        Object value = members.get(name);
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        return absent(value, fallback, name, "a number");
    }

    boolean flag(String name) {
        Object value = members.get(name);
        if (value instanceof Boolean flag) {
            return flag;
        }
        return absent(value, false, name, "true or false");
    }

    /** A whole number, or a string of digits; -1 when it is absent or neither, as for a port that only has a name. */
    int intOrString(String name) {
        Object value = members.get(name);
        if (value instanceof Long number) {
            return Math.clamp(number, -1, Integer.MAX_VALUE);
        }
        if (value instanceof String text) {
            return Env.number(text);
        }
        return absent(value, -1, name, "a number or a string");
    }

    private <T> T absent(@Nullable Object value, T fallback, String name, String wanted) {
        if (value == null) {
            return fallback;
        }
        throw bad(name, wanted);
    }

    boolean isObject(String name) {
        return members.get(name) instanceof Map;
    }

    /** A nested array of strings, empty when absent. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        Object value = members.get(name);
        if (value != null) {
            if (!(value instanceof List<?> elements)) {
                throw bad(name, "an array");
            }
            for (Object element : elements) {
                if (!(element instanceof String text)) {
                    throw bad(name, "an array of strings");
                }
                texts.add(text);
            }
        }
        return texts;
    }

    /** All members in the order of their names, with their values in JSON. */
    List<Logging.Field> fields() {
        if (members.isEmpty()) {
            return List.of();
        }
        List<Logging.Field> fields = new ArrayList<>(members.size());
        members.forEach((name, value) -> fields.add(new Logging.Field(String.valueOf(name), JsonWriter.text(value))));
        fields.sort(Comparator.comparing(Logging.Field::name));
        return List.copyOf(fields);
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
        try {
            return JsonParser.parse(json);
        } catch (JsonParser.Malformed e) {
            throw new ConfigException(setting.name() + ": not valid JSON at character " + (e.at() + 1));
        }
    }
}
