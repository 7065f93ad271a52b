package dev.baton.requestlog;

/** A template that Go would refuse too, or one that uses what is not supported here. The message says which, and where. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1;

    TemplateException(String message) {
        super(message);
    }
}
