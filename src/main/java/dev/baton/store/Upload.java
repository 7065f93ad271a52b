package dev.baton.store;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The writing end of one object. Readers may follow while it is being written.
 *
 * <p>One thread at a time. It must be ended by {@link #complete} or {@link #abort}: its memory is held until then, even when the object
 * has meanwhile expired or been deleted.
 */
public interface Upload {
    UUID id();

    /** What a reader must show beside the id. */
    UUID capability();

    /** The wall-clock time from which the object is gone. */
    Instant expires();

    /** Declared size in bytes, or {@link PutSpec#UNKNOWN_SIZE} until completed. */
    long size();

    /** Bytes written so far. */
    long written();

    /**
     * Makes room for that many more bytes beyond those written. Already complete for a declared size. For an unknown size it may wait for
     * memory (ahead of new objects, in order of arrival) and then completes on the thread that frees it; it fails with
     * {@link ObjectTooLargeException} when the object would outgrow the whole budget, with {@link StoreFullException} when waiting would be in vain, with {@link dev.baton.kernel.LinuxException} when the
     * kernel refuses, and with {@link ObjectGoneException} when the object ended meanwhile. Cancelling leaves the queue.
     * At most one call may be pending.
     */
    CompletableFuture<Void> ensure(int bytes);

    /**
     * Appends what remains of {@code source} and consumes it.
     *
     * @throws IllegalStateException beyond the declared size or the ensured room, or after the end; nothing is written then
     * @throws ObjectGoneException when the object expired or was deleted meanwhile
     */
    void write(ByteBuffer source);

    /**
     * Declares the object complete.
     *
     * @throws IllegalStateException when short of the declared size; the upload is still open then
     * @throws ObjectGoneException when the object expired or was deleted meanwhile; the upload has ended then
     */
    void complete();

    /** Gives up: readers fail, the object is gone. Does nothing after the end, so it may be called on every path. */
    void abort();
}
