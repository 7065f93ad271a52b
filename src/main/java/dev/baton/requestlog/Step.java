package dev.baton.requestlog;

import java.util.List;

/** A piece of a compiled template, in the order of the text. */
sealed interface Step {
    record Text(String text) implements Step {}

    record Print(Node.Pipeline pipeline) implements Step {}

    record If(Node.Pipeline condition, List<Step> then, List<Step> otherwise) implements Step {}

    /** As {@link If}, with the condition's value as dot in {@code then}. */
    record With(Node.Pipeline value, List<Step> then, List<Step> otherwise) implements Step {}
}
