package dev.baton.sdk;

import java.io.Serial;

/** All retrievals that are left are under way; one may come back, so that trying again can help. */
public final class ObjectBusyException extends BatonException {
    @Serial
    private static final long serialVersionUID = 1;

    ObjectBusyException(String message) {
        super("busy", message);
    }
}
