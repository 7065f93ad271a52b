package dev.baton.requestlog;

/** A template that is sound and cannot be applied to this request: what Go's Execute returns as an error. */
final class ExecException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExecException(String message) {
        super(message, null, false, false);
    }
}
