package dev.baton.requestlog;

/**
 * A piece of a template.
 *
 * @param text as written; of strings the value
 */
record Token(Kind kind, String text) {
    enum Kind {
        /** Outside of all actions. */
        TEXT,
        /** The left delimiter. */
        BEGIN,
        /** The right delimiter. */
        END,
        SPACE,
        /** A dot and a name. */
        FIELD,
        DOT,
        /** {@code $} and perhaps a name. */
        VARIABLE,
        NAME,
        STRING,
        NUMBER,
        CHARACTER,
        LEFT_PAREN,
        RIGHT_PAREN,
        PIPE,
        /** Anything else that is printable: never right, but only the parser knows. */
        OTHER,
        EOF
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    boolean isName(String word) {
        return kind == Kind.NAME && text.equals(word);
    }
}
