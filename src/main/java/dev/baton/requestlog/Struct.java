package dev.baton.requestlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A struct, or a map with methods, as templates see it. */
interface Struct {
    /** For error messages. */
    String goType();

    /** The value of a field; null if there is none of that name. */
    @Nullable
    Object field(String name);

    /**
     * What a method returns; null if there is none of that name.
     *
     * @throws ExecException if the arguments are not the method's
     */
    default @Nullable Object call(String method, List<Object> arguments) {
        return null;
    }

    /**
     * As {@code %v} prints it.
     *
     * @throws ExecException if that is not supported here
     */
    default String print() {
        throw new ExecException("can't print " + goType());
    }

    /** Whether an {@code if} goes its first way. */
    default boolean truth() {
        return true;
    }

    /** The only argument, which must be a string. */
    static String string(String method, List<Object> arguments) {
        arity(method, arguments, 1);
        if (arguments.getFirst() instanceof String text) {
            return text;
        }
        throw new ExecException("wrong type for value; expected string; got " + Values.type(arguments.getFirst()));
    }

    static void arity(String method, List<Object> arguments, int wanted) {
        if (arguments.size() != wanted) {
            throw new ExecException(
                    "wrong number of args for " + method + ": want " + wanted + " got " + arguments.size());
        }
    }
}
