package dev.baton.store;

import dev.baton.kernel.SealedMemory;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * What a store knows and the lock that guards it: which objects live and which have ended, when each one's time comes, and who has which
 * memory. Every method but the last ones is called with the lock held; what takes time or runs other people's code is collected in an
 * {@link Aftermath} and done by {@link #finish}, without the lock.
 */
final class Books {
    final Object lock = new Object();
    final StoreSettings settings;
    final MemoryPool pool;
    final SteadyClock clock;
    final Room room;
    final Wheel wheel;
    final Tombstones dead;
    final ObjectTable live = new ObjectTable();
    int retrievals;
    boolean closed;

    private final Grants grants = new Grants();

    Books(StoreSettings settings, MemoryPool pool, InstantSource wall) {
        this.settings = settings;
        this.pool = pool;
        this.clock = new SteadyClock(wall);
        this.room = new Room(lock, pool, settings);
        this.wheel = new Wheel(clock.millis());
        this.dead = new Tombstones(settings.maxTombstones());
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("store is closed");
        }
    }

    Lookup look(UUID id, UUID capability, long nowMillis, Aftermath out) {
        Stored object = live.find(id);
        if (object != null && object.hasCapability(capability)) {
            expireIfDue(object, nowMillis, out);
            GoneReason gone = object.gone;
            return gone == null ? new Lookup.Found(object) : new Lookup.Gone(gone);
        }
        GoneReason gone = dead.find(id, capability, nowMillis);
        return gone == null ? Lookup.Unknown.INSTANCE : new Lookup.Gone(gone);
    }

    void expireIfDue(Stored object, long nowMillis, Aftermath out) {
        if (object.gone == null && nowMillis >= object.deadlineMillis) {
            end(object, GoneReason.EXPIRED, nowMillis, out);
        }
    }

    /** The object is gone from now on. */
    void end(Stored object, GoneReason reason, long nowMillis, Aftermath out) {
        object.gone = reason;
        live.remove(object);
        wheel.remove(object);
        long graceEndMillis = nowMillis + settings.grace().toMillis();
        long rememberedMillis = reason == GoneReason.EXPIRED ? graceEndMillis : object.deadlineMillis;
        dead.bury(object.id(), object.capability(), reason, rememberedMillis);
        if (object.writer != null) {
            refuseGrowth(object.writer, new ObjectGoneException(reason), out);
        }
        if (!object.complete) {
            failReaders(object, out);
        } else if (object.active > 0) {
            // Readers may finish, but not for ever: the memory is theirs until then.
            object.deadlineMillis = graceEndMillis;
            wheel.add(object);
        }
        freeIfUnused(object, nowMillis, out);
    }

    void freeIfUnused(Stored object, long nowMillis, Aftermath out) {
        if (object.gone != null && object.active == 0 && object.writer == null && !object.freed) {
            object.freed = true;
            wheel.remove(object);
            room.release(object, nowMillis, out);
            room.serve(out);
        }
    }

    void refuseGrowth(Writer writer, RuntimeException cause, Aftermath out) {
        Waiter.Growth growth = writer.growth;
        if (growth != null && room.leave(growth)) {
            writer.growth = null;
            out.refusals.add(new Aftermath.Refusal(growth, cause));
            // It may have been the head of the line.
            room.serve(out);
        }
    }

    void wakeStarving(Stored object, Aftermath out) {
        if (object.starving > 0) {
            for (Reader reader = object.readers; reader != null; reader = reader.after) {
                if (reader.starved) {
                    object.starves(reader, false);
                    out.woken.add(reader);
                }
            }
        }
    }

    void failReaders(Stored object, Aftermath out) {
        for (Reader reader = object.readers; reader != null; reader = reader.after) {
            reader.failed = true;
            object.starves(reader, false);
            out.woken.add(reader);
        }
    }

    /** Does what a change has left to do. Never with the lock held. */
    void finish(Aftermath out) {
        for (Chunk chunk : out.doomed) {
            MemoryPool.close(chunk);
        }
        for (SealedMemory file : out.files) {
            file.close();
        }
        for (Reader reader : out.woken) {
            reader.wake();
        }
        for (Aftermath.Refusal refusal : out.refusals) {
            refusal.waiter().future().completeExceptionally(refusal.cause());
        }
        grants.deliver(out.grants);
    }

    /** Lets a waiter leave the line when its future fails, by cancelling or otherwise. With or without the lock. */
    void leaveOnFailure(Waiter waiter) {
        CompletableFuture<?> future = waiter.future();
        future.whenComplete((value, failure) -> {
            if (failure != null) {
                leave(waiter);
            }
        });
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
}
