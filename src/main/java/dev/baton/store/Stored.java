package dev.baton.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One object. It lives until {@link #gone} is set; its memory is held until, after that, the writer and the last retrieval have let go.
 * Guarded by the store's lock, except for what is final or volatile.
 */
final class Stored implements StoredObject {
    /** This, its content with one space, and its share of the table. */
    private static final long OBJECT_BYTES = 240;
    /** A string without its characters, which are of one byte in header fields. */
    private static final long STRING_BYTES = 48;

    final Books books;
    final long idHigh;
    final long idLow;
    private final long capabilityHigh;
    private final long capabilityLow;
    final long declaredSize;
    final int retrievals;
    final String contentType;
    final @Nullable String digest;
    final Content content = new Content();

    /** The file that has its bytes, instead of its content; or null. */
    final @Nullable SealedContent sealed;

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

    /** The next object in its chain of the table. */
    @Nullable
    Stored chained;

    int active;
    int usedUp;
    private byte givenBack;
    /** Whether its memory has been given back: nobody touches it any more. */
    boolean freed;

    Stored(Books books, UUID id, UUID capability, PutSpec spec, long deadlineMillis) {
        this(books, id, capability, spec, deadlineMillis, null);
    }

    /** An object that is complete in a file, which is its own from now on. */
    Stored(Books books, UUID id, UUID capability, PutSpec spec, long deadlineMillis, @Nullable SealedContent sealed) {
        this.sealed = sealed;
        this.complete = sealed != null;
        this.deadlineMillis = deadlineMillis;
        this.books = books;
        this.idHigh = id.getMostSignificantBits();
        this.idLow = id.getLeastSignificantBits();
        this.capabilityHigh = capability.getMostSignificantBits();
        this.capabilityLow = capability.getLeastSignificantBits();
        this.declaredSize = spec.size();
        this.retrievals = spec.retrievals();
        this.contentType = spec.contentType();
        this.digest = spec.digest();
    }

    UUID id() {
        return new UUID(idHigh, idLow);
    }

    UUID capability() {
        return new UUID(capabilityHigh, capabilityLow);
    }

    /** In a time that does not depend on where they differ. */
    boolean hasCapability(UUID shown) {
        long difference =
                (capabilityHigh ^ shown.getMostSignificantBits()) | (capabilityLow ^ shown.getLeastSignificantBits());
        return difference == 0;
    }

    /** An estimate from above of the heap that it takes until it is freed. */
    static long bookkeepingBytes(PutSpec spec) {
        return bookkeepingBytes(spec.contentType(), spec.digest());
    }

    long bookkeepingBytes() {
        return bookkeepingBytes(contentType, digest);
    }

    private static long bookkeepingBytes(String contentType, @Nullable String digest) {
        long strings = STRING_BYTES + contentType.length() + (digest == null ? 0 : STRING_BYTES + digest.length());
        return OBJECT_BYTES + strings;
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
    public boolean inFile() {
        return sealed != null;
    }

    @Override
    public Reservation reserve() {
        Aftermath out = new Aftermath();
        Reservation reservation;
        synchronized (books.lock) {
            books.expireIfDue(this, books.clock.millis(), out);
            if (gone != null) {
                reservation = new Reservation.Gone(gone);
            } else if (usedUp + active >= retrievals) {
                reservation = Reservation.Busy.INSTANCE;
            } else {
                Reader reader = new Reader(this);
                begin(reader);
                books.retrievals++;
                reservation = new Reservation.Reserved(reader);
            }
        }
        books.finish(out);
        return reservation;
    }

    boolean allUsedUp() {
        return usedUp >= retrievals;
    }

    private void begin(Reader reader) {
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

    // Written under the store's lock only; volatile for the writer's glance without it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
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
