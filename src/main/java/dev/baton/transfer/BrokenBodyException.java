package dev.baton.transfer;

import java.io.Serial;

/** A body broke off before its end. Carries no stack trace: it is a message, not a bug. */
final class BrokenBodyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    BrokenBodyException(String message) {
        super(message, null, false, false);
    }
}
