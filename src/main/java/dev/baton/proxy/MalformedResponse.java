package dev.baton.proxy;

/** What is wrong with a response's first line, in the words of Go's client. */
final class MalformedResponse extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MalformedResponse(String problem) {
        super(problem);
    }
}
