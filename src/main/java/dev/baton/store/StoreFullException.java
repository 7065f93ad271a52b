package dev.baton.store;

import java.io.Serial;

/**
 * Tells a writer of unknown size that the uploads that wait for more memory, its own among them, hold so much that none of them could ever
 * go on. The latest is told, and makes room for the others by giving up.
 */
public final class StoreFullException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    StoreFullException() {
        super("uploads of unknown size fill the store", null, false, false);
    }
}
