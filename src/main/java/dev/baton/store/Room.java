package dev.baton.store;

import dev.baton.kernel.LinuxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The budget and the line of those who wait for a part of it: first uploads that hold memory already and cannot end without more, then new
 * puts, each in order of arrival. Nobody overtakes, however small. Guarded by the store's lock, except for {@link #settle}.
 */
final class Room {
    /** What an upload of unknown size starts with. */
    static final int FIRST_EXTENT = 4 << 10;
    /** A process may have a thousand descriptors where nobody has raised the limit, and the connections need theirs. */
    static final int CHARGES_MAX = 512;

    /** Extents double the upload's memory, up to this. */
    private static final long EXTENT_MAX = 64 << 20;
    /** From here on an extent may be huge pages: what its end leaves unused of the last one is then little beside the object. */
    private static final long HUGE_EXTENT_MIN = 8 << 20;

    private final Object lock;
    private final MemoryPool pool;
    private final long budgetBytes;
    private final long bookkeepingBytesMax;
    private final LinkedHashSet<Waiter.Growth> growths = new LinkedHashSet<>();
    /** Puts, and those who want room outside of the pool. */
    private final LinkedHashSet<Waiter> puts = new LinkedHashSet<>();
    /** What the uploads in the line of growths hold. */
    private long waitingBytes;

    private long bookkeepingBytes;
    private int charges;

    Room(Object lock, MemoryPool pool, StoreSettings settings) {
        this.lock = lock;
        this.pool = pool;
        this.budgetBytes = SizeClasses.wholePages(settings.budgetBytes());
        this.bookkeepingBytesMax = settings.bookkeepingBytes();
    }

    long budgetBytes() {
        return budgetBytes;
    }

    int waiters() {
        return growths.size() + puts.size();
    }

    /** Room for a new object, or null when it has to wait. */
    @Nullable
    Claim claim(PutSpec spec) {
        return waiters() == 0 ? claimNow(spec) : null;
    }

    private @Nullable Claim claimNow(PutSpec spec) {
        long heap = Stored.bookkeepingBytes(spec);
        if (!hasHeap(heap)) {
            return null;
        }
        long bytes = spec.size() == PutSpec.UNKNOWN_SIZE ? FIRST_EXTENT : spec.size();
        Claim claim = bytes == 0 ? new Claim(null, List.of()) : claimBytes(bytes, bytes);
        if (claim != null) {
            bookkeepingBytes += heap;
        }
        return claim;
    }

    /** Whether as much as may be is held outside of the pool. */
    boolean hasMostCharges() {
        return charges >= CHARGES_MAX;
    }

    private boolean hasHeap(long bytes) {
        return bookkeepingBytes == 0 || bookkeepingBytes + bytes <= bookkeepingBytesMax;
    }

    /** Room outside of the pool, or null when it has to wait. */
    @Nullable
    Claim claim(Waiter.Outside outside) {
        return waiters() == 0 ? claimNow(outside) : null;
    }

    private @Nullable Claim claimNow(Waiter.Outside outside) {
        List<Chunk> evicted = new ArrayList<>(0);
        if (!hasHeap(Charge.HEAP_BYTES) || !pool.charge(outside.bytes, budgetBytes, evicted)) {
            return null;
        }
        bookkeepingBytes += Charge.HEAP_BYTES;
        charges++;
        return new Claim(null, evicted);
    }

    /** Room for that many more bytes of an upload, or null when it has to wait. */
    @Nullable
    Claim claim(Waiter.Growth growth) {
        return growths.isEmpty() ? claimNow(growth) : null;
    }

    private @Nullable Claim claimNow(Waiter.Growth growth) {
        long wished = Math.min(growth.heldBytes, EXTENT_MAX);
        Claim claim = wished > growth.bytes ? claimExtent(wished) : null;
        return claim == null ? claimExtent(growth.bytes) : claim;
    }

    private @Nullable Claim claimExtent(long bytes) {
        return claimBytes(bytes, bytes < HUGE_EXTENT_MIN ? 0 : bytes);
    }

    private @Nullable Claim claimBytes(long bytes, long filledBytes) {
        List<Chunk> evicted = new ArrayList<>(0);
        Space space = pool.claim(bytes, filledBytes, budgetBytes, evicted);
        return space == null ? null : new Claim(space, evicted);
    }

    void enqueue(Waiter waiter) {
        switch (waiter) {
            case Waiter.Growth growth -> {
                growths.add(growth);
                waitingBytes += growth.heldBytes;
            }
            case Waiter.Put put -> puts.add(put);
            case Waiter.Outside outside -> puts.add(outside);
        }
    }

    /** Whether, with this one in the line too, its head could not be served even if everything else were freed. */
    boolean isStuckWith(Waiter.Growth growth) {
        long free = budgetBytes - waitingBytes - growth.heldBytes;
        return !growths.isEmpty() && free < growths.getFirst().bytes;
    }

    /** Leaves the line; false when it was not in it any more. */
    boolean leave(Waiter waiter) {
        return switch (waiter) {
            case Waiter.Growth growth -> leaveGrowths(growth);
            case Waiter.Put put -> puts.remove(put);
            case Waiter.Outside outside -> puts.remove(outside);
        };
    }

    private boolean leaveGrowths(Waiter.Growth growth) {
        boolean left = growths.remove(growth);
        if (left) {
            waitingBytes -= growth.heldBytes;
        }
        return left;
    }

    /** Something became free: serves those at the head of the line. */
    void serve(Aftermath out) {
        while (!growths.isEmpty()) {
            Waiter.Growth growth = growths.getFirst();
            Claim claim = claimNow(growth);
            if (claim == null) {
                return;
            }
            leaveGrowths(growth);
            out.grants.add(new Aftermath.Grant(growth, claim));
        }
        while (!puts.isEmpty()) {
            Waiter put = puts.getFirst();
            Claim claim =
                    switch (put) {
                        case Waiter.Put object -> claimNow(object.spec);
                        case Waiter.Outside outside -> claimNow(outside);
                        case Waiter.Growth growth ->
                            throw new IllegalStateException("growths have a line of their own");
                    };
            if (claim == null) {
                return;
            }
            puts.remove(put);
            out.grants.add(new Aftermath.Grant(put, claim));
        }
    }

    /** Sends everybody away. */
    void refuseAll(RuntimeException cause, Aftermath out) {
        for (Waiter.Growth growth : growths) {
            out.refusals.add(new Aftermath.Refusal(growth, cause));
        }
        for (Waiter put : puts) {
            out.refusals.add(new Aftermath.Refusal(put, cause));
        }
        growths.clear();
        puts.clear();
        waitingBytes = 0;
    }

    /** The object of a claim did not come to be. */
    void unclaim(PutSpec spec, @Nullable Space space, long nowMillis, Aftermath out) {
        bookkeepingBytes -= Stored.bookkeepingBytes(spec);
        if (space != null) {
            release(space, nowMillis, out);
        }
    }

    /** Gives back room outside of the pool. */
    void release(Charge charge) {
        bookkeepingBytes -= Charge.HEAP_BYTES;
        charges--;
        pool.uncharge(charge.bytes());
    }

    /** Frees an object's memory. */
    void release(Stored object, long nowMillis, Aftermath out) {
        SealedContent sealed = object.sealed;
        if (sealed != null) {
            sealed.charge().release();
            out.files.add(sealed.file());
            return;
        }
        bookkeepingBytes -= object.bookkeepingBytes();
        Content content = object.content;
        long written = content.written();
        for (Space space : content.clear()) {
            pool.release(space, Math.clamp(written, 0, space.capacity()), nowMillis, out.doomed);
            written -= space.capacity();
        }
    }

    /** Frees memory that no object got. */
    void release(Space space, long nowMillis, Aftermath out) {
        pool.release(space, 0, nowMillis, out.doomed);
    }

    /** An upload of unknown size is complete: what lies behind its last byte is free. */
    void shrink(Content content) {
        long written = content.written();
        for (Space space : content.spaces()) {
            pool.shrink(space, Math.clamp(written, 0, space.capacity()));
            written -= space.capacity();
        }
    }

    /**
     * Makes a claim real. Without the lock, on the thread that made the claim.
     *
     * @throws LinuxException when the kernel refuses, even after all idle memory has been given back to it; the memory is unclaimed then
     */
    @Nullable
    Space settle(Claim claim) {
        for (Chunk chunk : claim.evicted()) {
            MemoryPool.close(chunk);
        }
        Space space = claim.space();
        if (space == null || space.chunk.isMapped()) {
            return space;
        }
        boolean mapped = false;
        try {
            map(space);
            mapped = true;
        } finally {
            synchronized (lock) {
                if (mapped) {
                    pool.mapped(space);
                } else {
                    pool.unclaim(space);
                }
            }
        }
        return space;
    }

    private void map(Space space) {
        try {
            pool.map(space);
        } catch (LinuxException refused) {
            List<Chunk> idle = new ArrayList<>();
            synchronized (lock) {
                pool.evict(0, idle);
            }
            if (idle.isEmpty()) {
                throw refused;
            }
            for (Chunk chunk : idle) {
                MemoryPool.close(chunk);
            }
            pool.map(space);
        }
    }
}
