package dev.baton.store;

import java.io.Serial;

/** Tells a writer of unknown size that its object has outgrown the whole budget. */
public final class ObjectTooLargeException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final long budgetBytes;

    ObjectTooLargeException(long budgetBytes) {
        super("object is larger than the store's budget of " + budgetBytes + " bytes", null, false, false);
        this.budgetBytes = budgetBytes;
    }

    public long budgetBytes() {
        return budgetBytes;
    }
}
