package dev.baton.requestlog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions that every template has (text/template, "Functions"). {@code call} and {@code slice} are not supported. */
enum Builtin {
    AND,
    OR,
    NOT,
    LEN,
    INDEX,
    PRINT,
    PRINTF,
    PRINTLN,
    HTML,
    JS,
    URLQUERY,
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE;

    static @Nullable Builtin named(String name) {
        for (Builtin builtin : values()) {
            if (builtin.word().equals(name)) {
                return builtin;
            }
        }
        return null;
    }

    private String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether arguments are looked at one by one, as far as needed. */
    boolean lazy() {
        return this == AND || this == OR;
    }

    /** @throws ExecException if the arguments are not the function's */
    Object call(List<Object> arguments) {
        return switch (this) {
            case AND, OR -> throw new IllegalStateException("is not called with all its arguments");
            case NOT -> !Values.truth(only(arguments));
            case LEN -> length(only(arguments));
            case INDEX -> index(arguments);
            case PRINT -> sprint(arguments);
            case PRINTLN -> sprintln(arguments);
            case PRINTF -> printf(arguments);
            case HTML -> Escapes.html(text(arguments));
            case JS -> Escapes.js(text(arguments));
            case URLQUERY -> Escapes.query(text(arguments));
            case EQ -> Comparisons.equalToOne(first(arguments), rest(arguments));
            case NE -> !Comparisons.equal(first(arguments), second(arguments));
            case LT -> Comparisons.less(first(arguments), second(arguments));
            case LE -> Comparisons.lessOrEqual(first(arguments), second(arguments));
            case GT -> !Comparisons.lessOrEqual(first(arguments), second(arguments));
            case GE -> !Comparisons.less(first(arguments), second(arguments));
        };
    }

    private Object only(List<Object> arguments) {
        Struct.arity(word(), arguments, 1);
        return arguments.getFirst();
    }

    private Object first(List<Object> arguments) {
        if (arguments.isEmpty()) {
            throw new ExecException("wrong number of args for " + word() + ": want at least 1 got 0");
        }
        return arguments.getFirst();
    }

    private static List<Object> rest(List<Object> arguments) {
        return arguments.subList(1, arguments.size());
    }

    private Object second(List<Object> arguments) {
        Struct.arity(word(), arguments, 2);
        return arguments.get(1);
    }

    private static Object length(Object value) {
        if (value instanceof String text) {
            return (long) text.length();
        }
        if (value instanceof List<?> list) {
            return (long) list.size();
        }
        if (value instanceof HeaderView headers) {
            return (long) headers.fields().size();
        }
        throw new ExecException("len of type " + Values.type(value));
    }

    private Object index(List<Object> arguments) {
        Object item = first(arguments);
        for (Object index : rest(arguments)) {
            if (item instanceof HeaderView headers) {
                if (!(index instanceof String name)) {
                    throw new ExecException("value has type " + Values.type(index) + "; should be string");
                }
                List<String> values = headers.fields().get(name);
                item = values == null ? List.of() : values;
            } else if (item instanceof List<?> list) {
                item = list.get(within(index, list.size())).toString();
            } else if (item instanceof String text) {
                item = (long) text.charAt(within(index, text.length()));
            } else {
                throw new ExecException("can't index item of type " + Values.type(item));
            }
        }
        return item;
    }

    private static int within(Object index, int size) {
        if (!Values.integer(index)) {
            throw new ExecException("cannot index slice/array with type " + Values.type(index));
        }
        long at = Values.number(index);
        if (at < 0 || at >= size) {
            throw new ExecException("index out of range: " + at);
        }
        return (int) at;
    }

    private String printf(List<Object> arguments) {
        if (!(first(arguments) instanceof String format)) {
            throw new ExecException("wrong type for value; expected string; got " + Values.type(arguments.getFirst()));
        }
        return Printf.format(format, rest(arguments));
    }

    /** What the escaping functions take. They see no difference between nil and nothing. */
    private static String text(List<Object> arguments) {
        List<Object> shown = new ArrayList<>(arguments);
        shown.replaceAll(argument -> argument instanceof Nil ? "<no value>" : argument);
        return sprint(shown);
    }

    private static String sprint(List<Object> arguments) {
        StringBuilder out = new StringBuilder();
        boolean afterString = true;
        for (int i = 0; i < arguments.size(); i++) {
            boolean string = arguments.get(i) instanceof String;
            if (i > 0 && !string && !afterString) {
                out.append(' ');
            }
            out.append(Values.print(arguments.get(i)));
            afterString = string;
        }
        return out.toString();
    }

    private static String sprintln(List<Object> arguments) {
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(Values.print(argument));
        }
        return String.join(" ", texts) + "\n";
    }
}
