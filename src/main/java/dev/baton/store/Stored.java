package dev.baton.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One object. It lives until {@link #gone} is set; its memory is held until, after that, the writer and the last retrieval have let go.
 * Guarded by the store's lock, except for what is final or volatile.
 */
final class Stored implements StoredObject {
    final ObjectStore store;
    final UUID id;
    final UUID capability;
    final long declaredSize;
    final int retrievals;
    final String contentType;
    final @Nullable String digest;
    final Content content = new Content();

    volatile boolean complete;
    volatile @Nullable GoneReason gone;
    /** How many retrievals found nothing to read and wait to be woken. */
    volatile int starving;

    @Nullable
    Writer writer;
    /** The retrievals under way, linked. */
    @Nullable
    Reader readers;

    /** When it expires or, if it is gone but still being read, when its readers' time is up. */
    long deadlineMillis;
    /** Where the wheel has it, and its neighbours there. */
    int slot = Wheel.NOWHERE;

    @Nullable
    Stored before;

    @Nullable
    Stored after;

    int active;
    int usedUp;
    private int givenBack;

    Stored(ObjectStore store, UUID id, UUID capability, PutSpec spec, long deadlineMillis) {
        this.deadlineMillis = deadlineMillis;
        this.store = store;
        this.id = id;
        this.capability = capability;
        this.declaredSize = spec.size();
        this.retrievals = spec.retrievals();
        this.contentType = spec.contentType();
        this.digest = spec.digest();
    }

    @Override
    public long size() {
        return declaredSize == PutSpec.UNKNOWN_SIZE && complete ? content.written() : declaredSize;
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public @Nullable String digest() {
        return digest;
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public Reservation reserve() {
        return store.reserve(this);
    }

    boolean allTaken() {
        return usedUp + active >= retrievals;
    }

    boolean allUsedUp() {
        return usedUp >= retrievals;
    }

    void begin(Reader reader) {
        active++;
        reader.after = readers;
        if (readers != null) {
            readers.before = reader;
        }
        readers = reader;
    }

    void end(Reader reader) {
        active--;
        starves(reader, false);
        if (reader.before == null) {
            readers = reader.after;
        } else {
            reader.before.after = reader.after;
        }
        if (reader.after != null) {
            reader.after.before = reader.before;
        }
        reader.before = null;
        reader.after = null;
    }

    @SuppressWarnings(
            "NonAtomicVolatileUpdate") // Written under the store's lock only; volatile for the writer's glance without
    // it.
    void starves(Reader reader, boolean starves) {
        if (reader.starved != starves) {
            reader.starved = starves;
            starving = starving + (starves ? 1 : -1);
        }
    }

    /** Counts a broken attempt. Every fourth one uses a retrieval up, so that an object cannot be pulled for ever without being used up. */
    void giveBack() {
        givenBack++;
        if (givenBack == 4) {
            givenBack = 0;
            usedUp++;
        }
    }
}
