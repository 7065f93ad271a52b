package dev.baton.requestlog;

/** The two values of templates that are none. */
enum Nil {
    /** Go's nil. */
    NIL,
    /** What a map has for a key that is not there. */
    NO_VALUE
}
