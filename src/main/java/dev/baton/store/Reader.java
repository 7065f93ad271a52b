package dev.baton.store;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A retrieval under way. Its links and {@link #starved} are guarded by the store's lock. */
final class Reader implements Retrieval {
    private final Stored object;

    boolean starved;

    @Nullable
    Reader before;

    @Nullable
    Reader after;

    volatile boolean ended;
    volatile boolean failed;
    private volatile @Nullable Runnable wakeUp;

    Reader(Stored object) {
        this.object = object;
    }

    @Override
    public long size() {
        return object.size();
    }

    @Override
    public @Nullable ByteBuffer read(long offset, int max) {
        if (offset < 0 || max < 1) {
            throw new IllegalArgumentException("offset must not be negative, max must be positive");
        }
        if (ended) {
            throw new IllegalStateException("retrieval has ended");
        }
        if (failed) {
            return null;
        }
        ByteBuffer bytes = object.content.read(offset, max);
        return bytes == null ? object.store.readOrStarve(object, this, offset, max) : bytes;
    }

    @Override
    public boolean finished(long offset) {
        return object.complete && offset == object.content.written();
    }

    @Override
    public boolean failed() {
        return failed;
    }

    @Override
    public void onProgress(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    @Override
    public void commit() {
        object.store.commit(object, this);
    }

    @Override
    public void giveBack() {
        object.store.giveBack(object, this);
    }

    void wake() {
        Runnable action = wakeUp;
        if (action != null) {
            try {
                action.run();
            } catch (RuntimeException e) {
                // A reader whose event loop is shutting down must keep neither the writer nor the other readers from
                // going on.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}
