package dev.baton.requestlog;

import dev.baton.requestlog.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts a template into tokens by the rules of Go's text/template/parse: trim markers and comments are gone afterwards. Pure. */
final class Lexer {
    private static final String LEFT = "{{";
    private static final String RIGHT = "}}";
    private static final int TRIM_MARKER = 2;

    private final String in;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String template) {
        in = template;
    }

    /** @param template of Latin-1 characters, each standing for an octet */
    static List<Token> tokens(String template) throws TemplateException {
        Lexer lexer = new Lexer(template);
        lexer.text();
        return lexer.tokens;
    }

    private void text() throws TemplateException {
        boolean trim = false;
        while (true) {
            int begin = in.indexOf(LEFT, at);
            String text = in.substring(at, begin < 0 ? in.length() : begin);
            text = trim ? stripLeading(text) : text;
            boolean trimsLeft = begin >= 0 && trimsLeft(begin + LEFT.length());
            text = trimsLeft ? stripTrailing(text) : text;
            if (!text.isEmpty()) {
                add(Kind.TEXT, text);
            }
            if (begin < 0) {
                add(Kind.EOF, "");
                return;
            }
            at = begin + LEFT.length() + (trimsLeft ? TRIM_MARKER : 0);
            if (in.startsWith("/*", at)) {
                trim = comment();
            } else {
                add(Kind.BEGIN, LEFT);
                trim = action();
                add(Kind.END, RIGHT);
            }
        }
    }

    private boolean comment() throws TemplateException {
        int end = in.indexOf("*/", at + 2);
        if (end < 0) {
            throw new TemplateException("unclosed comment");
        }
        at = end + 2;
        boolean trim = trimsRight(at);
        if (!trim && !in.startsWith(RIGHT, at)) {
            throw new TemplateException("comment ends before closing delimiter");
        }
        at += RIGHT.length() + (trim ? TRIM_MARKER : 0);
        return trim;
    }

    /** Up to and with the right delimiter. Returns whether that trims what follows. */
    private boolean action() throws TemplateException {
        int depth = 0;
        while (true) {
            boolean trim = trimsRight(at);
            if (trim || in.startsWith(RIGHT, at)) {
                if (depth > 0) {
                    throw new TemplateException("unclosed left paren");
                }
                at += RIGHT.length() + (trim ? TRIM_MARKER : 0);
                return trim;
            }
            if (at == in.length()) {
                throw new TemplateException("unclosed action");
            }
            int from = at;
            char c = in.charAt(at++);
            switch (c) {
                case ' ', '\t', '\r', '\n' -> spaces();
                case '(' -> {
                    depth++;
                    add(Kind.LEFT_PAREN, "(");
                }
                case ')' -> {
                    if (--depth < 0) {
                        throw new TemplateException("unexpected right paren");
                    }
                    add(Kind.RIGHT_PAREN, ")");
                }
                case '|' -> add(Kind.PIPE, "|");
                case '"' -> add(Kind.STRING, GoLiterals.unquote(quoted(c, from), c));
                case '`' -> raw(from);
                case '\'' -> add(Kind.CHARACTER, GoLiterals.unquote(quoted(c, from), c));
                case '$' -> word(Kind.VARIABLE, from);
                case '+', '-' -> number(from);
                case '.' -> {
                    if (at < in.length() && digit(in.charAt(at))) {
                        number(from);
                    } else {
                        word(atTerminator() ? Kind.DOT : Kind.FIELD, from);
                    }
                }
                default -> other(c, from);
            }
        }
    }

    private void other(char c, int from) throws TemplateException {
        if (digit(c)) {
            number(from);
        } else if (alphanumeric(c)) {
            word(Kind.NAME, from);
        } else if (c > ' ' && c < 0x7f) {
            add(Kind.OTHER, String.valueOf(c));
        } else {
            throw new TemplateException("unrecognized character in action: 0x" + Integer.toHexString(c));
        }
    }

    /** A space before a trimming delimiter is part of that. */
    private void spaces() {
        while (at < in.length() && space(in.charAt(at)) && !trimsRight(at)) {
            at++;
        }
        add(Kind.SPACE, " ");
    }

    private String quoted(char quote, int from) throws TemplateException {
        while (at < in.length() && in.charAt(at) != '\n') {
            char c = in.charAt(at++);
            if (c == quote) {
                return in.substring(from + 1, at - 1);
            }
            if (c == '\\' && at < in.length()) {
                at++;
            }
        }
        throw new TemplateException(quote == '"' ? "unterminated quoted string" : "unterminated character constant");
    }

    private void raw(int from) throws TemplateException {
        int end = in.indexOf('`', at);
        if (end < 0) {
            throw new TemplateException("unterminated raw quoted string");
        }
        at = end + 1;
        add(Kind.STRING, in.substring(from + 1, end).replace("\r", ""));
    }

    private void word(Kind kind, int from) throws TemplateException {
        while (at < in.length() && alphanumeric(in.charAt(at))) {
            at++;
        }
        if (!atTerminator()) {
            throw new TemplateException("bad character after " + in.substring(from, at));
        }
        add(kind, in.substring(from, at));
    }

    private void number(int from) throws TemplateException {
        while (at < in.length() && (alphanumeric(in.charAt(at)) || in.charAt(at) == '.' || exponentSign())) {
            at++;
        }
        add(Kind.NUMBER, in.substring(from, at));
    }

    private boolean exponentSign() {
        char c = in.charAt(at);
        char before = Character.toLowerCase(in.charAt(at - 1));
        return (c == '+' || c == '-') && (before == 'e' || before == 'p');
    }

    private boolean atTerminator() {
        return at == in.length() || " \t\r\n.,|:()".indexOf(in.charAt(at)) >= 0 || in.startsWith(RIGHT, at);
    }

    private boolean trimsLeft(int index) {
        return in.startsWith("-", index) && index + 1 < in.length() && space(in.charAt(index + 1));
    }

    private boolean trimsRight(int index) {
        return index < in.length() && space(in.charAt(index)) && in.startsWith("-" + RIGHT, index + 1);
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text));
    }

    private static boolean space(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean alphanumeric(char c) {
        return c == '_' || digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String stripLeading(String text) {
        int from = 0;
        while (from < text.length() && space(text.charAt(from))) {
            from++;
        }
        return text.substring(from);
    }

    private static String stripTrailing(String text) {
        int to = text.length();
        while (to > 0 && space(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(0, to);
    }
}
