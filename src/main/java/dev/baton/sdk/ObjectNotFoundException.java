package dev.baton.sdk;

import java.io.Serial;

/** The reference opens nothing: unknown, forged, cut, or of another namespace. These cannot be told apart. Final. */
public final class ObjectNotFoundException extends BatonException {
    @Serial
    private static final long serialVersionUID = 1;

    ObjectNotFoundException(String message) {
        super("not-found", message);
    }
}
