package dev.baton.wasm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A module cannot be used. The message says why, for the person who built it. */
public final class LoadException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
