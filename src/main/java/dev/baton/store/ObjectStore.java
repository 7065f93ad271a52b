package dev.baton.store;

import dev.baton.kernel.LinuxException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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

    private final StoreSettings settings;
    private final MemoryPool pool;
    private final RandomGenerator ids;
    private final Grants grants = new Grants(this);

    private final Object lock = new Object();
    private final SteadyClock clock;
    private final Room room;
    private final Wheel wheel;
    private final Tombstones dead;
    private final ObjectTable live = new ObjectTable();
    private int retrievals;
    private boolean closed;

    /**
     * An empty store.
     *
     * @param pool for this store alone; it keeps no memory once the store is closed
     * @param clock the wall clock; may be set back or forth
     * @param ids cryptographically strong, safe for use by many threads: ids and capabilities come from it
     */
    public ObjectStore(StoreSettings settings, MemoryPool pool, InstantSource clock, RandomGenerator ids) {
        this.settings = settings;
        this.pool = pool;
        this.ids = ids;
        this.clock = new SteadyClock(clock);
        this.room = new Room(lock, pool, settings);
        this.wheel = new Wheel(this.clock.millis());
        this.dead = new Tombstones(settings.maxTombstones());
    }

    /**
     * Takes room for an object, before its first byte is read. Never blocks.
     *
     * @throws IllegalStateException when the store is closed
     */
    public Admission admit(PutSpec spec) {
        if (spec.size() > room.budgetBytes()) {
            return new Admission.TooLarge(room.budgetBytes());
        }
        Claim claim;
        synchronized (lock) {
            checkOpen();
            claim = room.claim(spec);
            if (claim == null) {
                Waiter.Put waiter = new Waiter.Put(spec);
                room.enqueue(waiter);
                return new Admission.Waiting(leaveWhenCancelled(waiter, waiter.upload));
            }
        }
        try {
            return new Admission.Admitted(open(spec, claim));
        } catch (LinuxException e) {
            return new Admission.Refused(e);
        }
    }

    /** Looks for an object. A wrong capability finds nothing, in the same time. */
    public Lookup find(UUID id, UUID capability) {
        Aftermath out = new Aftermath();
        try {
            synchronized (lock) {
                return look(id, capability, clock.millis(), out);
            }
        } finally {
            finish(out);
        }
    }

    /** Ends an object. Retrievals of it that are under way may go on for the settings' grace. */
    public DeleteResult delete(UUID id, UUID capability) {
        Aftermath out = new Aftermath();
        try {
            synchronized (lock) {
                long now = clock.millis();
                return switch (look(id, capability, now, out)) {
                    case Lookup.Unknown unknown -> DeleteResult.Unknown.INSTANCE;
                    case Lookup.Gone(GoneReason reason) -> new DeleteResult.Gone(reason);
                    case Lookup.Found(StoredObject object) -> {
                        end((Stored) object, GoneReason.DELETED, now, out);
                        yield DeleteResult.Deleted.INSTANCE;
                    }
                };
            }
        } finally {
            finish(out);
        }
    }

    /**
     * Frees what has expired and gives memory back that has long been idle. To be called about once a second, by a thread that may be held
     * up while memory is unmapped (about 0.1 ms per MiB): not by an event loop.
     */
    public void expire() {
        List<Stored> due = new ArrayList<>();
        boolean more = true;
        while (more) {
            Aftermath out = new Aftermath();
            synchronized (lock) {
                long now = clock.millis();
                more = wheel.due(now, EXPIRY_BATCH, due);
                for (Stored object : due) {
                    if (object.gone == null) {
                        end(object, GoneReason.EXPIRED, now, out);
                    } else {
                        failReaders(object, out);
                    }
                }
                if (!more) {
                    dead.forget(now);
                    pool.trim(now - settings.poolIdle().toMillis(), out.doomed);
                }
            }
            due.clear();
            finish(out);
        }
    }

    public StoreFigures figures() {
        synchronized (lock) {
            return new StoreFigures(
                    room.budgetBytes(),
                    pool.usedBytes(),
                    pool.idleBytes(),
                    live.count(),
                    room.waiters(),
                    retrievals,
                    dead.count(),
                    pool.hits(),
                    pool.misses());
        }
    }

    /** Ends every object and sends every waiter away. Memory that a writer or a retrieval holds is freed when that one ends. */
    @Override
    public void close() {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            closed = true;
            pool.close(out.doomed);
            room.refuseAll(new IllegalStateException("store is closed"), out);
            long now = clock.millis();
            for (Stored object = live.any(); object != null; object = live.any()) {
                end(object, GoneReason.DELETED, now, out);
            }
        }
        finish(out);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("store is closed");
        }
    }

    // ---- writing

    /** Makes a new object of a claim; without the lock. */
    private Upload open(PutSpec spec, Claim claim) {
        Space space;
        try {
            space = room.settle(claim);
        } catch (Throwable e) {
            Aftermath out = new Aftermath();
            synchronized (lock) {
                room.unclaim(spec, null, clock.millis(), out);
                room.serve(out);
            }
            finish(out);
            throw e;
        }
        Duration wish = spec.ttl() == null ? settings.defaultTtl() : spec.ttl();
        Duration ttl = wish.compareTo(settings.maxTtl()) > 0 ? settings.maxTtl() : wish;
        byte[] random = new byte[32];
        Aftermath out = new Aftermath();
        try {
            synchronized (lock) {
                long now = clock.millis();
                if (closed) {
                    room.unclaim(spec, space, now, out);
                    checkOpen();
                }
                long deadline = now + Math.max(1, ttl.toMillis());
                UUID id;
                do {
                    ids.nextBytes(random);
                    id = uuid(random, 0);
                } while (live.find(id) != null);
                Stored object = new Stored(this, id, uuid(random, 16), spec, deadline);
                live.add(object);
                Writer writer = new Writer(object, Instant.ofEpochMilli(clock.wallMillis(deadline)));
                object.writer = writer;
                if (space != null) {
                    object.content.add(space);
                }
                wheel.add(object);
                return writer;
            }
        } finally {
            finish(out);
        }
    }

    /** All 128 bits are random: the fixed bits of a version 4 UUID would make guessing easier. */
    private static UUID uuid(byte[] random, int offset) {
        ByteBuffer bytes = ByteBuffer.wrap(random);
        return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
    }

    CompletableFuture<Void> grow(Writer writer, long bytes) {
        Waiter.Growth growth = new Waiter.Growth(writer, bytes);
        Claim claim;
        synchronized (lock) {
            if (writer.ended) {
                throw new IllegalStateException("upload has ended");
            }
            if (writer.growth != null) {
                throw new IllegalStateException("a wish for room is pending");
            }
            GoneReason gone = writer.object.gone;
            if (gone != null) {
                return CompletableFuture.failedFuture(new ObjectGoneException(gone));
            }
            if (writer.object.content.capacity() + bytes > room.budgetBytes()) {
                return CompletableFuture.failedFuture(new ObjectTooLargeException(room.budgetBytes()));
            }
            writer.growth = growth;
            claim = room.claim(growth);
            if (claim == null) {
                if (room.isStuckWith(growth)) {
                    writer.growth = null;
                    return CompletableFuture.failedFuture(new StoreFullException());
                }
                room.enqueue(growth);
                return leaveWhenCancelled(growth, growth.room);
            }
        }
        handOver(new Aftermath.Grant(growth, claim));
        return growth.room;
    }

    /** Adds the memory of a claim to the upload that wished for it; without the lock. */
    private void extend(Waiter.Growth growth, Claim claim) {
        Aftermath out = new Aftermath();
        Space space = null;
        try {
            space = room.settle(claim);
        } finally {
            synchronized (lock) {
                Stored object = growth.writer.object;
                growth.writer.growth = null;
                if (space != null && object.writer == growth.writer) {
                    object.content.add(space);
                } else if (space != null) {
                    room.release(space, clock.millis(), out);
                }
                room.serve(out);
            }
            finish(out);
        }
    }

    void complete(Writer writer) {
        Aftermath out = new Aftermath();
        try {
            synchronized (lock) {
                if (writer.ended) {
                    throw new IllegalStateException("upload has ended");
                }
                Stored object = writer.object;
                long written = object.content.written();
                if (object.gone == null && writer.isSizeKnown() && written < object.declaredSize) {
                    throw new IllegalStateException(written + " of " + object.declaredSize + " bytes");
                }
                GoneReason gone = object.gone;
                letGo(writer, out);
                if (gone != null) {
                    throw new ObjectGoneException(gone);
                }
                object.complete = true;
                room.shrink(object.content);
                room.serve(out);
                collectStarving(object, out);
            }
        } finally {
            finish(out);
        }
    }

    void abort(Writer writer) {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            if (!writer.ended) {
                letGo(writer, out);
                if (writer.object.gone == null) {
                    end(writer.object, GoneReason.ABORTED, clock.millis(), out);
                }
            }
        }
        finish(out);
    }

    /** The writer touches the object's memory no more. */
    private void letGo(Writer writer, Aftermath out) {
        writer.ended = true;
        writer.object.writer = null;
        refuseGrowth(writer, new IllegalStateException("upload has ended"), out);
        freeIfUnused(writer.object, clock.millis(), out);
    }

    private void refuseGrowth(Writer writer, RuntimeException cause, Aftermath out) {
        Waiter.Growth growth = writer.growth;
        if (growth != null && room.leave(growth)) {
            writer.growth = null;
            out.refusals.add(new Aftermath.Refusal(growth, cause));
        }
    }

    // ---- reading

    Reservation reserve(Stored object) {
        Aftermath out = new Aftermath();
        try {
            synchronized (lock) {
                expireIfDue(object, clock.millis(), out);
                if (object.gone != null) {
                    return new Reservation.Gone(object.gone);
                }
                if (object.allTaken()) {
                    return Reservation.Busy.INSTANCE;
                }
                Reader reader = new Reader(object);
                object.begin(reader);
                retrievals++;
                return new Reservation.Reserved(reader);
            }
        } finally {
            finish(out);
        }
    }

    void commit(Stored object, Reader reader) {
        endRetrieval(object, reader, true);
    }

    void giveBack(Stored object, Reader reader) {
        endRetrieval(object, reader, false);
    }

    private void endRetrieval(Stored object, Reader reader, boolean committed) {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            if (reader.ended) {
                return;
            }
            if (committed && !object.complete) {
                throw new IllegalStateException("object is not complete");
            }
            reader.ended = true;
            retrievals--;
            object.end(reader);
            if (committed) {
                object.usedUp++;
            } else {
                object.giveBack();
            }
            long now = clock.millis();
            if (object.gone == null && object.allUsedUp()) {
                end(object, GoneReason.COMMITTED, now, out);
            } else {
                freeIfUnused(object, now, out);
            }
        }
        finish(out);
    }

    /** Looks a last time for bytes; if there are none, the writer's next step will wake the reader. */
    @Nullable
    ByteBuffer readOrStarve(Stored object, Reader reader, long offset, int max) {
        synchronized (lock) {
            // Counted before the look: a writer that publishes after it sees the count.
            object.starves(reader, !reader.ended && !object.complete);
            ByteBuffer bytes = object.content.read(offset, max);
            if (bytes != null) {
                object.starves(reader, false);
            }
            return bytes;
        }
    }

    void wakeStarving(Stored object) {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            collectStarving(object, out);
        }
        finish(out);
    }

    private static void collectStarving(Stored object, Aftermath out) {
        if (object.starving == 0) {
            return;
        }
        for (Reader reader = object.readers; reader != null; reader = reader.after) {
            if (reader.starved) {
                object.starves(reader, false);
                out.woken.add(reader);
            }
        }
    }

    private static void failReaders(Stored object, Aftermath out) {
        for (Reader reader = object.readers; reader != null; reader = reader.after) {
            reader.failed = true;
            object.starves(reader, false);
            out.woken.add(reader);
        }
    }

    // ---- the end of an object

    private Lookup look(UUID id, UUID capability, long now, Aftermath out) {
        Stored object = live.find(id);
        if (object != null && object.hasCapability(capability)) {
            expireIfDue(object, now, out);
            GoneReason gone = object.gone;
            return gone == null ? new Lookup.Found(object) : new Lookup.Gone(gone);
        }
        GoneReason gone = dead.find(id, capability, now);
        return gone == null ? Lookup.Unknown.INSTANCE : new Lookup.Gone(gone);
    }

    private void expireIfDue(Stored object, long now, Aftermath out) {
        if (object.gone == null && now >= object.deadlineMillis) {
            end(object, GoneReason.EXPIRED, now, out);
        }
    }

    private void end(Stored object, GoneReason reason, long now, Aftermath out) {
        object.gone = reason;
        live.remove(object);
        wheel.remove(object);
        long graceMillis = settings.grace().toMillis();
        long remembered = reason == GoneReason.EXPIRED ? now + graceMillis : object.deadlineMillis;
        dead.bury(object.id(), object.capability(), reason, remembered);
        if (object.writer != null) {
            refuseGrowth(object.writer, new ObjectGoneException(reason), out);
        }
        if (!object.complete) {
            failReaders(object, out);
        } else if (object.active > 0) {
            // Readers may finish, but not for ever: the memory is theirs until then.
            object.deadlineMillis = now + graceMillis;
            wheel.add(object);
        }
        freeIfUnused(object, now, out);
        room.serve(out);
    }

    private void freeIfUnused(Stored object, long now, Aftermath out) {
        if (object.gone != null && object.active == 0 && object.writer == null && !object.freed) {
            object.freed = true;
            wheel.remove(object);
            room.release(object, now, out);
            room.serve(out);
        }
    }

    // ---- outside of the lock

    private <T> CompletableFuture<T> leaveWhenCancelled(Waiter waiter, CompletableFuture<T> future) {
        future.whenComplete((value, failure) -> {
            if (failure != null) {
                leave(waiter);
            }
        });
        return future;
    }

    private void leave(Waiter waiter) {
        Aftermath out = new Aftermath();
        synchronized (lock) {
            if (room.leave(waiter)) {
                if (waiter instanceof Waiter.Growth growth) {
                    growth.writer.growth = null;
                }
                room.serve(out);
            }
        }
        finish(out);
    }

    /** Does what a change has left to do; never under the lock. */
    private void finish(Aftermath out) {
        for (Chunk chunk : out.doomed) {
            MemoryPool.close(chunk);
        }
        for (Reader reader : out.woken) {
            reader.wake();
        }
        for (Aftermath.Refusal refusal : out.refusals) {
            refusal.waiter().future().completeExceptionally(refusal.cause());
        }
        grants.deliver(out.grants);
    }

    /** Gives a waiter what it waited for; never throws. */
    void handOver(Aftermath.Grant grant) {
        Waiter waiter = grant.waiter();
        try {
            switch (waiter) {
                case Waiter.Put put -> {
                    Upload upload = open(put.spec, grant.claim());
                    if (!put.upload.complete(upload)) {
                        upload.abort();
                    }
                }
                case Waiter.Growth growth -> {
                    extend(growth, grant.claim());
                    GoneReason gone = growth.writer.object.gone;
                    if (gone != null) {
                        throw new ObjectGoneException(gone);
                    }
                    growth.room.complete(null);
                }
            }
        } catch (Throwable e) {
            waiter.future().completeExceptionally(e);
        }
    }
}
