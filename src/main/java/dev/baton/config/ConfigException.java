package dev.baton.config;

/** A setting that ends the start. The message is one line that names the variable; it is printed on standard error, exit code 1. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConfigException(String message) {
        // Neither a stack trace nor suppressed exceptions: the reader is an operator.
        super(message, null, false, false);
    }
}
