package dev.baton.proxy;

/** What is wrong with a response's first line, in the words of Go's client. */
final class MalformedResponse extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String text;

    MalformedResponse(String problem) {
        super(problem);
        text = "net/http: HTTP/1.x transport connection broken: " + problem;
    }

    /** What the caller is told. */
    String text() {
        return text;
    }
}
