package dev.baton.requestlog;

import java.util.List;

/** What stands in an action, parsed. */
sealed interface Node {
    /** A constant of the template. */
    record Literal(Object value) implements Node {}

    /** {@code nil}: an argument, and nothing by itself. */
    record NilWord() implements Node {}

    /** {@code .} */
    record Dot() implements Node {}

    /** {@code .A.B}, or from the very top {@code $.A.B}. */
    record Path(boolean fromTop, List<String> names) implements Node {}

    /** {@code (pipeline).A.B} */
    record Chain(Node from, List<String> names) implements Node {}

    record Function(Builtin builtin) implements Node {}

    record Pipeline(List<Command> commands) implements Node {}

    /** One word and its arguments; at least the word. */
    record Command(List<Node> words) {}
}
