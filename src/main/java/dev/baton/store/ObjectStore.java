package dev.baton.store;

import dev.baton.kernel.LinuxException;
import dev.baton.kernel.SealedMemory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The objects of one sidecar. An object is written once, may be retrieved a counted number of times, and is gone after that, at its expiry,
 * or when it is deleted.
 *
 * <p>Any thread. One lock guards the bookkeeping and is held for short, bounded work only; memory is mapped, unmapped, written and read
 * without it, and so is the caller's code run. No method blocks; a call that needs fresh memory, or displaces pooled memory, takes as long
 * as the kernel needs to map or unmap it.
 */
public final class ObjectStore implements AutoCloseable {
    /** How many deadlines are dealt with before the lock is let go for a moment. */
    private static final int EXPIRY_BATCH = 256;

    private final Books books;
    private final Object lock;
    private final RandomGenerator ids;

    /**
     * An empty store.
     *
     * @param pool for this store alone; it keeps no memory once the store is closed
     * @param clock the wall clock; may be set back or forth
     * @param ids cryptographically strong, safe for use by many threads: ids and capabilities come from it
     */
    public ObjectStore(StoreSettings settings, MemoryPool pool, InstantSource clock, RandomGenerator ids) {
        this.books = new Books(settings, pool, clock);
        this.lock = books.lock;
        this.ids = ids;
    }

    /**
     * Takes room for an object, before its first byte is read. Never blocks.
     *
     * @throws IllegalStateException when the store is closed
     */
    public Admission admit(PutSpec spec) {
        Room room = books.room;
        if (spec.size() > room.budgetBytes()) {
            return new Admission.TooLarge(room.budgetBytes());
        }
        Claim claim;
        synchronized (lock) {
            books.checkOpen();
            claim = room.claim(spec);
            if (claim == null) {
                Waiter.Put waiter = new Waiter.Put(this, spec);
                room.enqueue(waiter);
                // Nothing can have failed yet, so this runs nothing now.
                books.leaveOnFailure(waiter);
                return new Admission.Waiting(waiter.upload);
            }
        }
        try {
            return new Admission.Admitted(open(spec, claim));
        } catch (LinuxException e) {
            return new Admission.Refused(e);
        }
    }

    /** Makes a new object of a claim; without the lock. */
    Upload open(PutSpec spec, Claim claim) {
        byte[] random = new byte[2 * 2 * Long.BYTES];
        ids.nextBytes(random);
        Aftermath out = new Aftermath();
        Space space = null;
        boolean opened = false;
        try {
            space = books.room.settle(claim);
            synchronized (lock) {
                books.checkOpen();
                while (books.live.find(uuid(random, 0)) != null) {
                    ids.nextBytes(random);
                }
                long deadline = books.clock.millis() + lifeMillis(spec);
                Stored object = new Stored(books, uuid(random, 0), uuid(random, 2 * Long.BYTES), spec, deadline);
                if (space != null) {
                    object.content.add(space);
                }
                Writer writer = new Writer(object, Instant.ofEpochMilli(books.clock.wallMillis(deadline)));
                object.writer = writer;
                books.live.add(object);
                books.wheel.add(object);
                opened = true;
                return writer;
            }
        } finally {
            if (!opened) {
                synchronized (lock) {
                    books.room.unclaim(spec, space, books.clock.millis(), out);
                    books.room.serve(out);
                }
                books.finish(out);
            }
        }
    }

    /**
     * Takes room in the budget for memory outside of the pool, in one line with the puts. Never blocks.
     *
     * @throws IllegalStateException when the store is closed
     */
    public Charging charge(long bytes) {
        Room room = books.room;
        Waiter.Outside waiter = new Waiter.Outside(books, SizeClasses.wholePages(bytes));
        if (bytes > room.budgetBytes()) {
            return new Charging.TooLarge(room.budgetBytes());
        }
        Claim claim;
        synchronized (lock) {
            books.checkOpen();
            if (room.hasMostCharges()) {
                return Charging.TooMany.INSTANCE;
            }
            claim = room.claim(waiter);
            if (claim == null) {
                room.enqueue(waiter);
                books.leaveOnFailure(waiter);
                return new Charging.Waiting(waiter.charge);
            }
        }
        waiter.grant(claim);
        return new Charging.Granted(waiter.charge.join());
    }

    /**
     * Makes an object of a file, complete from the start. File and charge are the store's from now on, also when this throws.
     *
     * @param spec of the file's size
     * @param charge of the whole of it
     * @throws IllegalStateException when the store is closed
     */
    public Adopted adopt(PutSpec spec, Charge charge, SealedMemory file) {
        byte[] random = new byte[2 * 2 * Long.BYTES];
        ids.nextBytes(random);
        boolean adopted = false;
        try {
            synchronized (lock) {
                books.checkOpen();
                while (books.live.find(uuid(random, 0)) != null) {
                    ids.nextBytes(random);
                }
                long deadline = books.clock.millis() + lifeMillis(spec);
                Stored object = new Stored(
                        books,
                        uuid(random, 0),
                        uuid(random, 2 * Long.BYTES),
                        spec,
                        deadline,
                        new SealedContent(file, charge));
                books.live.add(object);
                books.wheel.add(object);
                adopted = true;
                return new Adopted(
                        object.id(), object.capability(), Instant.ofEpochMilli(books.clock.wallMillis(deadline)));
            }
        } finally {
            if (!adopted) {
                charge.close();
                file.close();
            }
        }
    }

    private long lifeMillis(PutSpec spec) {
        Duration wish = spec.ttl() == null ? books.settings.defaultTtl() : spec.ttl();
        Duration max = books.settings.maxTtl();
        return Math.max(1, (wish.compareTo(max) > 0 ? max : wish).toMillis());
    }

    /** All 128 bits are random: the fixed bits of a version 4 UUID would make guessing easier. */
    private static UUID uuid(byte[] random, int offset) {
        ByteBuffer bytes = ByteBuffer.wrap(random);
        return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
    }

    /** Looks for an object. A wrong capability finds nothing, in the same time. */
    public Lookup find(UUID id, UUID capability) {
        Aftermath out = new Aftermath();
        Lookup found;
        synchronized (lock) {
            found = books.look(id, capability, books.clock.millis(), out);
        }
        books.finish(out);
        return found;
    }

    /** Ends an object. Retrievals of it that are under way may go on for the settings' grace. */
    public DeleteResult delete(UUID id, UUID capability) {
        Aftermath out = new Aftermath();
        Lookup found;
        synchronized (lock) {
            long now = books.clock.millis();
            found = books.look(id, capability, now, out);
            if (found instanceof Lookup.Found(StoredObject object)) {
                books.end((Stored) object, GoneReason.DELETED, now, out);
            }
        }
        books.finish(out);
        return switch (found) {
            case Lookup.Found object -> DeleteResult.Deleted.INSTANCE;
            case Lookup.Unknown unknown -> DeleteResult.Unknown.INSTANCE;
            case Lookup.Gone(GoneReason reason) -> new DeleteResult.Gone(reason);
        };
    }

    /**
     * Frees what has expired and gives memory back that has long been idle. To be called about once a second, by a thread that may be held
     * up while memory is unmapped (up to 0.5 ms per MiB of small pages): not by an event loop.
     */
    public void expire() {
        List<Stored> due = new ArrayList<>();
        boolean more = true;
        while (more) {
            Aftermath out = new Aftermath();
            synchronized (lock) {
                long now = books.clock.millis();
                more = books.wheel.due(now, EXPIRY_BATCH, due);
                for (Stored object : due) {
                    if (object.gone == null) {
                        books.end(object, GoneReason.EXPIRED, now, out);
                    } else {
                        books.failReaders(object, out);
                    }
                }
                if (!more) {
                    books.dead.forget(now);
                    books.pool.trim(now - books.settings.poolIdle().toMillis(), out.doomed);
                }
            }
            due.clear();
            books.finish(out);
        }
    }

    /** A consistent glance, cheap enough for every scrape of the metrics. */
    public StoreFigures figures() {
        synchronized (lock) {
            return new StoreFigures(
                    books.room.budgetBytes(),
                    books.pool.usedBytes(),
                    books.pool.idleBytes(),
                    books.live.count(),
                    books.room.waiters(),
                    books.retrievals,
                    books.dead.count(),
                    books.pool.hits(),
                    books.pool.misses());
        }
    }

    /** Ends every object and sends every waiter away. Memory that a writer or a retrieval holds is freed when that one ends. */
    @Override
    public void close() {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            books.closed = true;
            books.pool.close(out.doomed);
            books.room.refuseAll(new IllegalStateException("store is closed"), out);
            long now = books.clock.millis();
            for (Stored object = books.live.any(); object != null; object = books.live.any()) {
                books.end(object, GoneReason.DELETED, now, out);
            }
        }
        books.finish(out);
    }
}
