package dev.baton.store;

import dev.baton.kernel.SealedMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One reserved retrieval. The object's memory stays where it is until {@link #commit} or {@link #giveBack}, whatever happens to the object;
 * whoever still uses a buffer after that reads someone else's bytes or crashes the process, so end it only when the last write of a
 * buffer has completed.
 *
 * <p>{@link #read}, {@link #finished}, {@link #onProgress}: one thread at a time. The rest: any thread.
 */
public interface Retrieval {
    /** Size in bytes, or {@link PutSpec#UNKNOWN_SIZE} while it is not known. */
    long size();

    /**
     * The file that has all the bytes of an object that was adopted in one: read it instead of {@link #read}, or hand its descriptor on. It
     * is the store's, open until the end of this retrieval. Null for any other object.
     */
    @Nullable
    SealedMemory sealed();

    /**
     * A read-only view of up to {@code max} bytes from {@code offset}, as many as are there and lie together; valid until the end of this
     * retrieval. Null when nothing is there yet, or ever: look then at {@link #finished} and {@link #failed}, in any order, and if it is
     * neither, wait for the wake-up.
     *
     * @throws IllegalStateException after the end of this retrieval, and for an object whose bytes are in {@link #sealed}
     */
    @Nullable
    ByteBuffer read(long offset, int max);

    /** Whether the object is complete and {@code offset} is its end. */
    boolean finished(long offset);

    /** The writer gave up, or the object ended so long ago that this retrieval's time is up: nothing more will come, end it. */
    boolean failed();

    /**
     * Sets what to run when, after a {@link #read} that gave null, the writer progressed or completed, and once when this retrieval fails. It runs on
     * the thread that caused it, so it must be short and must not throw. Set it before the first read.
     */
    void onProgress(Runnable wakeUp);

    /**
     * The consumer has acknowledged the last byte: this retrieval is used up. First of commit and giveBack wins, later calls do nothing.
     *
     * @throws IllegalStateException when the object is not complete: nobody can have had its last byte; the retrieval is still open then
     */
    void commit();

    /** The retrieval broke off and may be tried again; every fourth time on one object it is used up instead. */
    void giveBack();
}
