package dev.baton.store;

import java.io.Serial;

/** Tells a writer that its object ended (expired, deleted) under its hands. */
public final class ObjectGoneException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final GoneReason reason;

    ObjectGoneException(GoneReason reason) {
        super("object is gone: " + reason, null, false, false);
        this.reason = reason;
    }

    public GoneReason reason() {
        return reason;
    }
}
