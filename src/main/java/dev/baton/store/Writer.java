package dev.baton.store;

import dev.baton.store.Waiter.Growth;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The upload of one object. */
final class Writer implements Upload {
    private static final CompletableFuture<Void> THERE = CompletableFuture.completedFuture(null);

    final Stored object;
    private final Books books;
    private final Instant expires;
    /** A wish for more memory that waits. Guarded by the store's lock. */
    @Nullable
    Growth growth;

    /** Whether {@link #complete} or {@link #abort} has been called. Set under the store's lock. */
    volatile boolean ended;

    Writer(Stored object, Instant expires) {
        this.object = object;
        this.books = object.books;
        this.expires = expires;
    }

    @Override
    public UUID id() {
        return object.id();
    }

    @Override
    public UUID capability() {
        return object.capability();
    }

    @Override
    public Instant expires() {
        return expires;
    }

    @Override
    public long size() {
        return object.size();
    }

    @Override
    public long written() {
        return object.content.written();
    }

    @Override
    public CompletableFuture<Void> ensure(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative");
        }
        long missing = bytes - (object.content.capacity() - object.content.written());
        return isSizeKnown() || missing <= 0 ? THERE : grow(missing);
    }

    private CompletableFuture<Void> grow(long bytes) {
        Growth wish = new Growth(this, bytes);
        Room room = books.room;
        Claim claim;
        synchronized (books.lock) {
            if (ended || growth != null) {
                throw new IllegalStateException(ended ? "upload has ended" : "a wish for room is pending");
            }
            GoneReason gone = object.gone;
            if (gone != null) {
                return CompletableFuture.failedFuture(new ObjectGoneException(gone));
            }
            if (wish.heldBytes + bytes > room.budgetBytes()) {
                return CompletableFuture.failedFuture(new ObjectTooLargeException(room.budgetBytes()));
            }
            claim = room.claim(wish);
            if (claim == null && room.isStuckWith(wish)) {
                return CompletableFuture.failedFuture(new StoreFullException());
            }
            growth = wish;
            if (claim == null) {
                room.enqueue(wish);
            }
        }
        if (claim == null) {
            books.leaveOnFailure(wish);
        } else {
            Grants.handOver(wish, claim);
        }
        return wish.room;
    }

    /** Adds the memory of a claim; on the thread that made room, without the lock. */
    void extend(Claim claim) {
        Aftermath out = new Aftermath();
        Space space = null;
        GoneReason gone;
        try {
            space = books.room.settle(claim);
        } finally {
            synchronized (books.lock) {
                growth = null;
                gone = object.gone;
                if (space != null && !ended) {
                    object.content.add(space);
                } else if (space != null) {
                    books.room.release(space, books.clock.millis(), out);
                }
                books.room.serve(out);
            }
            books.finish(out);
        }
        if (gone != null) {
            throw new ObjectGoneException(gone);
        }
    }

    @Override
    public void write(ByteBuffer source) {
        checkOpen();
        Content content = object.content;
        long room = (isSizeKnown() ? object.declaredSize : content.capacity()) - content.written();
        if (source.remaining() > room) {
            throw new IllegalStateException(source.remaining() + " bytes, but room for " + room);
        }
        content.write(source);
        // Read after the bytes were published: a reader counts itself as starving before it looks for the last time.
        if (object.starving > 0) {
            Aftermath out = new Aftermath();
            synchronized (books.lock) {
                books.wakeStarving(object, out);
            }
            books.finish(out);
        }
    }

    @Override
    public void complete() {
        Aftermath out = new Aftermath();
        GoneReason gone;
        synchronized (books.lock) {
            if (ended) {
                throw new IllegalStateException("upload has ended");
            }
            gone = object.gone;
            long written = object.content.written();
            if (gone == null && isSizeKnown() && written < object.declaredSize) {
                throw new IllegalStateException(written + " of " + object.declaredSize + " bytes");
            }
            letGo(out);
            if (gone == null) {
                object.complete = true;
                books.room.shrink(object.content);
                books.room.serve(out);
                books.wakeStarving(object, out);
            }
        }
        books.finish(out);
        if (gone != null) {
            throw new ObjectGoneException(gone);
        }
    }

    @Override
    public void abort() {
        Aftermath out = new Aftermath();
        synchronized (books.lock) {
            if (!ended) {
                letGo(out);
                if (object.gone == null) {
                    books.end(object, GoneReason.ABORTED, books.clock.millis(), out);
                }
            }
        }
        books.finish(out);
    }

    /** The object's memory is touched no more from here. */
    private void letGo(Aftermath out) {
        ended = true;
        object.writer = null;
        books.refuseGrowth(this, new IllegalStateException("upload has ended"), out);
        books.freeIfUnused(object, books.clock.millis(), out);
    }

    private boolean isSizeKnown() {
        return object.declaredSize != PutSpec.UNKNOWN_SIZE;
    }

    private void checkOpen() {
        if (ended) {
            throw new IllegalStateException("upload has ended");
        }
        GoneReason gone = object.gone;
        if (gone != null) {
            throw new ObjectGoneException(gone);
        }
    }
}
