package dev.baton.store;

import dev.baton.kernel.SealedMemory;
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
    public @Nullable SealedMemory sealed() {
        return object.sealed == null ? null : object.sealed.file();
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
        if (object.sealed != null) {
            throw new IllegalStateException("the object's bytes are in a file");
        }
        ByteBuffer bytes = object.content.read(offset, max);
        return bytes == null ? readOrStarve(offset, max) : bytes;
    }

    /** Looks a last time; if there is nothing, the writer's next step will wake this reader. */
    private @Nullable ByteBuffer readOrStarve(long offset, int max) {
        synchronized (object.books.lock) {
            // Counted before the look: a writer that publishes after it sees the count.
            object.starves(this, !ended && !object.complete);
            ByteBuffer bytes = object.content.read(offset, max);
            if (bytes != null) {
                object.starves(this, false);
            }
            return bytes;
        }
    }

    @Override
    public boolean finished(long offset) {
        return object.complete && offset == (object.sealed == null ? object.content.written() : object.size());
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
        end(true);
    }

    @Override
    public void giveBack() {
        end(false);
    }

    private void end(boolean committed) {
        Books books = object.books;
        Aftermath out = new Aftermath();
        synchronized (books.lock) {
            if (ended) {
                return;
            }
            if (committed && !object.complete) {
                throw new IllegalStateException("object is not complete");
            }
            ended = true;
            books.retrievals--;
            object.end(this);
            if (committed) {
                object.usedUp++;
            } else {
                object.giveBack();
            }
            long now = books.clock.millis();
            if (object.gone == null && object.allUsedUp()) {
                books.end(object, GoneReason.COMMITTED, now, out);
            } else {
                books.freeIfUnused(object, now, out);
            }
        }
        books.finish(out);
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
