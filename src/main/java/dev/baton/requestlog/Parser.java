package dev.baton.requestlog;

import dev.baton.requestlog.Node.Chain;
import dev.baton.requestlog.Node.Command;
import dev.baton.requestlog.Node.Dot;
import dev.baton.requestlog.Node.Function;
import dev.baton.requestlog.Node.Literal;
import dev.baton.requestlog.Node.NilWord;
import dev.baton.requestlog.Node.Path;
import dev.baton.requestlog.Node.Pipeline;
import dev.baton.requestlog.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes steps of tokens, by the grammar of Go's text/template/parse. Variables, {@code range}, {@code define}, {@code template},
 * {@code block}, {@code break} and {@code continue} are not supported. Pure, one use.
 */
final class Parser {
    /** Deeper templates than anybody writes would otherwise be a way to end the thread that reads them. */
    private static final int DEPTH_MAX = 50;

    private static final Set<String> UNSUPPORTED =
            Set.of("range", "define", "template", "block", "break", "continue", "call", "slice");
    private static final Set<String> WORDS = Set.of("if", "else", "end", "with");

    private final List<Token> tokens;
    private int at;
    private int depth;
    private int withs;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** @param template of Latin-1 characters, each standing for an octet */
    static List<Step> parse(String template) throws TemplateException {
        Parser parser = new Parser(Lexer.tokens(template));
        List<Step> steps = parser.steps();
        if (!parser.peek().is(Kind.EOF)) {
            throw new TemplateException("unexpected {{" + parser.keyword() + "}}");
        }
        return steps;
    }

    /** Up to {@code else}, {@code end} or the end of all, which stays. */
    private List<Step> steps() throws TemplateException {
        deeper();
        List<Step> steps = new ArrayList<>();
        while (true) {
            Token token = peek();
            if (token.is(Kind.TEXT)) {
                at++;
                steps.add(new Step.Text(token.text()));
                continue;
            }
            String keyword = token.is(Kind.EOF) ? "" : keyword();
            if (token.is(Kind.EOF) || keyword.equals("else") || keyword.equals("end")) {
                depth--;
                return List.copyOf(steps);
            }
            at++;
            switch (keyword) {
                case "if", "with" -> {
                    skipSpace();
                    at++;
                    steps.add(control(keyword));
                }
                default -> {
                    Pipeline pipeline = pipeline("command", Kind.END);
                    at++;
                    steps.add(new Step.Print(pipeline));
                }
            }
        }
    }

    /** The word that an action begins with, if it is one that makes the structure. */
    private String keyword() {
        int word = at + 1;
        while (tokens.get(word).is(Kind.SPACE)) {
            word++;
        }
        Token token = tokens.get(word);
        return token.is(Kind.NAME) && WORDS.contains(token.text()) ? token.text() : "";
    }

    /** Behind its keyword. */
    private Step control(String keyword) throws TemplateException {
        Pipeline pipeline = pipeline(keyword, Kind.END);
        at++;
        boolean with = keyword.equals("with");
        withs += with ? 1 : 0;
        List<Step> then = steps();
        withs -= with ? 1 : 0;
        List<Step> otherwise = List.of();
        if (peek().is(Kind.EOF)) {
            throw new TemplateException("unexpected EOF: {{" + keyword + "}} has no {{end}}");
        }
        if (keyword().equals("else")) {
            at++;
            skipSpace();
            at++;
            skipSpace();
            if (peek().isName(keyword)) {
                // {{else if}} ends with the same {{end}}.
                at++;
                deeper();
                otherwise = List.of(control(keyword));
                depth--;
                return step(with, pipeline, then, otherwise);
            }
            expectEnd("else");
            otherwise = steps();
            if (peek().is(Kind.EOF) || !keyword().equals("end")) {
                throw new TemplateException("expected end of {{" + keyword + "}}");
            }
        }
        at++;
        skipSpace();
        at++;
        skipSpace();
        expectEnd("end");
        return step(with, pipeline, then, otherwise);
    }

    private static Step step(boolean with, Pipeline pipeline, List<Step> then, List<Step> otherwise) {
        return with ? new Step.With(pipeline, then, otherwise) : new Step.If(pipeline, then, otherwise);
    }

    private void expectEnd(String context) throws TemplateException {
        if (!peek().is(Kind.END)) {
            throw unexpected(peek(), context);
        }
        at++;
    }

    /** Up to its end, which stays. */
    private Pipeline pipeline(String context, Kind end) throws TemplateException {
        deeper();
        List<Command> commands = new ArrayList<>();
        while (true) {
            skipSpace();
            if (peek().is(end)) {
                check(commands, context);
                depth--;
                return new Pipeline(List.copyOf(commands));
            }
            commands.add(command());
        }
    }

    private static void check(List<Command> commands, String context) throws TemplateException {
        if (commands.isEmpty()) {
            throw new TemplateException("missing value for " + context);
        }
        for (int i = 1; i < commands.size(); i++) {
            Node first = commands.get(i).words().getFirst();
            if (first instanceof Literal || first instanceof Dot || first instanceof NilWord) {
                throw new TemplateException("non executable command in pipeline stage " + (i + 1));
            }
        }
    }

    private Command command() throws TemplateException {
        List<Node> words = new ArrayList<>();
        while (true) {
            skipSpace();
            Node operand = operand();
            if (operand != null) {
                words.add(operand);
            }
            Token next = peek();
            if (next.is(Kind.SPACE)) {
                at++;
                continue;
            }
            if (next.is(Kind.PIPE)) {
                at++;
            } else if (!next.is(Kind.END) && !next.is(Kind.RIGHT_PAREN)) {
                throw unexpected(next, "operand");
            }
            if (words.isEmpty()) {
                throw new TemplateException("empty command");
            }
            return new Command(List.copyOf(words));
        }
    }

    /** A term and the names that hang on it; null if there is none. */
    private @Nullable Node operand() throws TemplateException {
        boolean variable = peek().is(Kind.VARIABLE);
        Node term = term();
        if (term == null || (!peek().is(Kind.FIELD) && !variable)) {
            return term;
        }
        List<String> names = new ArrayList<>();
        if (term instanceof Path path) {
            names.addAll(path.names());
        }
        for (; peek().is(Kind.FIELD); at++) {
            names.add(peek().text().substring(1));
        }
        if (term instanceof Path path) {
            return checked(new Path(path.fromTop(), List.copyOf(names)));
        }
        if (term instanceof Literal || term instanceof NilWord || term instanceof Dot) {
            throw new TemplateException("unexpected . after term");
        }
        return new Chain(term, List.copyOf(names));
    }

    private @Nullable Node term() throws TemplateException {
        Token token = peek();
        switch (token.kind()) {
            case NAME -> {
                at++;
                return named(token.text());
            }
            case DOT -> {
                at++;
                return new Dot();
            }
            case VARIABLE -> {
                at++;
                if (!token.text().equals("$")) {
                    throw new TemplateException("variables are not supported: " + token.text());
                }
                return new Path(true, List.of());
            }
            case FIELD -> {
                at++;
                return checked(new Path(false, List.of(token.text().substring(1))));
            }
            case NUMBER -> {
                at++;
                return new Literal(GoLiterals.number(token.text()));
            }
            case CHARACTER -> {
                at++;
                return new Literal(GoLiterals.character(token.text()));
            }
            case STRING -> {
                at++;
                return new Literal(token.text());
            }
            case LEFT_PAREN -> {
                at++;
                Pipeline pipeline = pipeline("parenthesized pipeline", Kind.RIGHT_PAREN);
                at++;
                return pipeline;
            }
            default -> {
                return null;
            }
        }
    }

    private static Node named(String name) throws TemplateException {
        if (name.equals("true") || name.equals("false")) {
            return new Literal(name.equals("true"));
        }
        if (name.equals("nil")) {
            return new NilWord();
        }
        if (UNSUPPORTED.contains(name)) {
            throw new TemplateException(name + " is not supported");
        }
        Builtin builtin = Builtin.named(name);
        if (builtin == null) {
            throw new TemplateException("function \"" + name + "\" not defined");
        }
        return new Function(builtin);
    }

    /** What a request has in Go and not here is found out now, and not by the first request. */
    private Path checked(Path path) throws TemplateException {
        List<String> names = path.names();
        if ((path.fromTop() || withs == 0)
                && names.size() > 1
                && names.getFirst().equals("Request")) {
            if (RequestView.unsupported(names.get(1))
                    || (names.size() > 2 && names.get(1).equals("URL") && GoUrl.unsupported(names.get(2)))) {
                throw new TemplateException("." + String.join(".", names) + " is not supported");
            }
        }
        return path;
    }

    private Token peek() {
        return tokens.get(Math.min(at, tokens.size() - 1));
    }

    private void skipSpace() {
        while (peek().is(Kind.SPACE)) {
            at++;
        }
    }

    private void deeper() throws TemplateException {
        if (++depth > DEPTH_MAX) {
            throw new TemplateException("nested too deeply");
        }
    }

    private static TemplateException unexpected(Token token, String context) {
        return new TemplateException("unexpected \"" + token.text() + "\" in " + context);
    }
}
