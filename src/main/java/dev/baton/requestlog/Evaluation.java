package dev.baton.requestlog;

import dev.baton.requestlog.Node.Chain;
import dev.baton.requestlog.Node.Command;
import dev.baton.requestlog.Node.Dot;
import dev.baton.requestlog.Node.Function;
import dev.baton.requestlog.Node.Literal;
import dev.baton.requestlog.Node.NilWord;
import dev.baton.requestlog.Node.Path;
import dev.baton.requestlog.Node.Pipeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies the steps of a template to one request's data, by the rules of text/template's Execute. One use, one thread. */
final class Evaluation {
    private final Object top;
    private final StringBuilder out;

    Evaluation(Object top, StringBuilder out) {
        this.top = top;
        this.out = out;
    }

    /** @throws ExecException where Go's Execute returns an error */
    void run(List<Step> steps, Object dot) {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step instanceof Step.Text text) {
                out.append(text.text());
            } else if (step instanceof Step.Print print) {
                out.append(Values.print(pipeline(print.pipeline(), dot)));
            } else if (step instanceof Step.If fork) {
                boolean truth = Values.truth(pipeline(fork.condition(), dot));
                run(truth ? fork.then() : fork.otherwise(), dot);
            } else if (step instanceof Step.With with) {
                Object value = pipeline(with.value(), dot);
                boolean truth = Values.truth(value);
                run(truth ? with.then() : with.otherwise(), truth ? value : dot);
            }
        }
    }

    private Object pipeline(Pipeline pipeline, Object dot) {
        Object value = null;
        for (Command command : pipeline.commands()) {
            value = command(command.words(), dot, value);
        }
        if (value == null) {
            throw new IllegalStateException("empty pipeline");
        }
        return value;
    }

    /** @param last what the command before has given, as a last argument */
    private Object command(List<Node> words, Object dot, @Nullable Object last) {
        Node first = words.getFirst();
        if (first instanceof Path path) {
            return path(path, dot, words, last);
        }
        if (first instanceof Chain chain) {
            return chain(chain, dot, words, last);
        }
        if (first instanceof Function function) {
            return function(function.builtin(), dot, words, last);
        }
        if (words.size() > 1 || last != null) {
            throw new ExecException("can't give argument to non-function");
        }
        if (first instanceof NilWord) {
            throw new ExecException("nil is not a command");
        }
        return argument(first, dot);
    }

    private Object argument(Node node, Object dot) {
        if (node instanceof Literal literal) {
            return literal.value();
        }
        if (node instanceof Path path) {
            return path(path, dot, List.of(node), null);
        }
        if (node instanceof Chain chain) {
            return chain(chain, dot, List.of(node), null);
        }
        if (node instanceof Function function) {
            return function(function.builtin(), dot, List.of(node), null);
        }
        if (node instanceof Pipeline pipeline) {
            return pipeline(pipeline, dot);
        }
        return node instanceof Dot ? dot : Nil.NIL;
    }

    private List<Object> arguments(List<Node> words, Object dot, @Nullable Object last) {
        List<Object> arguments = new ArrayList<>(words.size());
        for (int i = 1; i < words.size(); i++) {
            arguments.add(argument(words.get(i), dot));
        }
        if (last != null) {
            arguments.add(last);
        }
        return arguments;
    }

    private Object function(Builtin builtin, Object dot, List<Node> words, @Nullable Object last) {
        if (!builtin.lazy()) {
            return builtin.call(arguments(words, dot, last));
        }
        boolean stopsAt = builtin == Builtin.OR;
        Object value = last;
        for (int i = 1; i < words.size(); i++) {
            value = argument(words.get(i), dot);
            if (Values.truth(value) == stopsAt) {
                return value;
            }
            value = last == null ? value : last;
        }
        if (value == null) {
            throw new ExecException("wrong number of args: want at least 1 got 0");
        }
        return value;
    }

    private Object path(Path path, Object dot, List<Node> words, @Nullable Object last) {
        return names(path.fromTop() ? top : dot, path.names(), dot, words, last);
    }

    private Object chain(Chain chain, Object dot, List<Node> words, @Nullable Object last) {
        return names(argument(chain.from(), dot), chain.names(), dot, words, last);
    }

    private Object names(Object from, List<String> names, Object dot, List<Node> words, @Nullable Object last) {
        Object value = from;
        int end = names.size() - 1;
        for (int i = 0; i < end; i++) {
            value = name(value, names.get(i), dot, List.of(), null);
        }
        if (end < 0) {
            if (words.size() > 1 || last != null) {
                throw new ExecException("can't give argument to non-function $");
            }
            return value;
        }
        return name(value, names.get(end), dot, words, last);
    }

    private Object name(Object receiver, String name, Object dot, List<Node> words, @Nullable Object last) {
        if (receiver instanceof Struct struct) {
            boolean arguments = words.size() > 1 || last != null;
            Object field = struct.field(name);
            if (field == null) {
                Object result = struct.call(name, arguments ? arguments(words, dot, last) : List.of());
                if (result != null) {
                    return result;
                }
            } else if (arguments) {
                throw new ExecException(name + " has arguments but cannot be invoked as function");
            } else {
                return field;
            }
        }
        throw new ExecException("can't evaluate field " + name + " in type " + Values.type(receiver));
    }
}
