package dev.baton.wire;

import java.io.Serial;

/** A body broke off before its end. Carries no stack trace: it is a message, not a bug. */
public final class BrokenBodyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** @param message why; never an address, a key, a reference or a capability */
    public BrokenBodyException(String message) {
        super(message, null, false, false);
    }
}
