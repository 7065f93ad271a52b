package dev.baton.store;

import org.jspecify.annotations.Nullable;

/** A view of one object, complete or still being written. Any thread; holds no memory by itself: {@link #reserve} does. */
public interface StoredObject {
    /** Size in bytes, or {@link PutSpec#UNKNOWN_SIZE} while it is not known. */
    long size();

    String contentType();

    @Nullable
    String digest();

    /** Whether the last byte has been written. */
    boolean complete();

    /** Whether its bytes came in a file: then each retrieval has {@link Retrieval#sealed}. */
    boolean inFile();

    /** Takes one of the retrievals that are left, if the object is still there. */
    Reservation reserve();
}
