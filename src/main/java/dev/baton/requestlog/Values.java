package dev.baton.requestlog;

import java.util.List;

/**
 * What templates compute with: String (octets), Long (Go's int), {@link Int64}, Double, Boolean, List of strings,
 * {@link Struct}, {@link Nil}. Pure.
 */
final class Values {
    private Values() {}

    /** template.IsTrue. */
    static boolean truth(Object value) {
        // instanceof rather than a switch, here and below: linking one is dear, and this runs for each request.
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Int64 number) {
            return number.value() != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        return value instanceof Struct struct && struct.truth();
    }

    /** fmt.Sprint of one value. */
    static String print(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Double number) {
            return GoFloat.shortest(number);
        }
        if (value instanceof Int64 number) {
            return Long.toString(number.value());
        }
        if (value instanceof List<?> list) {
            return "[" + String.join(" ", list.stream().map(Object::toString).toList()) + "]";
        }
        if (value instanceof Struct struct) {
            return struct.print();
        }
        if (value instanceof Nil nil) {
            return nil == Nil.NIL ? "<nil>" : "<no value>";
        }
        return value.toString();
    }

    static String type(Object value) {
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Int64) {
            return "int64";
        }
        if (value instanceof Double) {
            return "float64";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof List<?>) {
            return "[]string";
        }
        return value instanceof Struct struct ? struct.goType() : "<nil>";
    }

    static boolean integer(Object value) {
        return value instanceof Long || value instanceof Int64;
    }

    /** Of a value that is {@link #integer}. */
    static long number(Object value) {
        return value instanceof Int64 number ? number.value() : (Long) value;
    }
}
