package dev.baton.kernel;

import java.io.Serial;

/** A descriptor is not one of a sealed file in memory. Its message names what is wrong and may be shown to whoever gave it. */
public final class NotSealedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    NotSealedException(String message) {
        super(message, null, false, false);
    }
}
