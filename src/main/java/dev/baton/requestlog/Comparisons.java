package dev.baton.requestlog;

import java.util.List;

/** eq, lt and le of templates: of numbers of one kind, and of strings; anything else is an error of the template. Pure. */
final class Comparisons {
    private Comparisons() {}

    static boolean equalToOne(Object value, List<Object> others) {
        if (others.isEmpty()) {
            throw new ExecException("missing argument for comparison");
        }
        for (Object other : others) {
            if (equal(value, other)) {
                return true;
            }
        }
        return false;
    }

    static boolean equal(Object a, Object b) {
        if (Values.integer(a) && Values.integer(b)) {
            return Values.number(a) == Values.number(b);
        }
        if (a instanceof Nil || b instanceof Nil) {
            return a == b;
        }
        if (a.getClass() != b.getClass()) {
            throw incompatible();
        }
        if (a instanceof List<?> || a instanceof HeaderView) {
            throw new ExecException("non-comparable type " + Values.type(a));
        }
        return a instanceof Double x ? x.doubleValue() == (Double) b : a.equals(b);
    }

    static boolean less(Object a, Object b) {
        if (Values.integer(a) && Values.integer(b)) {
            return Values.number(a) < Values.number(b);
        }
        if (a instanceof Double x && b instanceof Double y) {
            return x < y;
        }
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y) < 0;
        }
        throw incompatible();
    }

    /** As Go has it: less or equal, each asked for itself. */
    static boolean lessOrEqual(Object a, Object b) {
        return less(a, b) || equal(a, b);
    }

    private static ExecException incompatible() {
        return new ExecException("incompatible types for comparison");
    }
}
