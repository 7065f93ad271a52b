package dev.baton.sdk;

import java.io.Serial;

/** The object was there once: got as often as allowed, expired, deleted, or its producer has ended. Final. */
public final class ObjectGoneException extends BatonException {
    @Serial
    private static final long serialVersionUID = 1;

    ObjectGoneException(String message) {
        super("gone", message);
    }
}
