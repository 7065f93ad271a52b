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
    private final Instant expires;
    /** A wish for more memory that waits. Guarded by the store's lock. */
    @Nullable
    Growth growth;

    /** Whether {@link #complete} or {@link #abort} has been called. Set under the store's lock. */
    volatile boolean ended;

    Writer(Stored object, Instant expires) {
        this.object = object;
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
        return isSizeKnown() || missing <= 0 ? THERE : object.store.grow(this, missing);
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
            object.store.wakeStarving(object);
        }
    }

    @Override
    public void complete() {
        object.store.complete(this);
    }

    @Override
    public void abort() {
        object.store.abort(this);
    }

    boolean isSizeKnown() {
        return object.declaredSize != PutSpec.UNKNOWN_SIZE;
    }

    void checkOpen() {
        if (ended) {
            throw new IllegalStateException("upload has ended");
        }
        GoneReason gone = object.gone;
        if (gone != null) {
            throw new ObjectGoneException(gone);
        }
    }
}
