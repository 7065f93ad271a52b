package dev.baton.store;

import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.Region;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for one store. Fresh pages cost several times what writing to recycled ones does, so memory is kept for reuse, by size
 * class, until it is needed in another size or has been idle for long.
 *
 * <p>It counts what is resident, in whole pages: used by objects, and idle. Mapping and unmapping are for the caller to do outside of
 * the store's lock; everything else is guarded by it.
 */
public final class MemoryPool {
    /** What large objects lie in. */
    public enum Backing {
        /**
         * Private memory. Fresh, it costs a fraction of a memfd where the kernel gives huge pages (64 MiB written for the first time: 4 ms
         * against 50 to 100 ms; freed: 0.2 ms against 30 ms).
         */
        PRIVATE,
        /** Sealed memfds, whose descriptors can be handed to other processes. */
        SEALED_MEMFD
    }

    private final Supplier<Linux> linux;
    private final Backing backing;
    private final String name;
    private final List<ArrayDeque<Chunk>> idle = new ArrayList<>();
    /** Slabs in use that have a free block whose pages are resident, by class. */
    private final List<LinkedHashSet<Chunk>> recycled = new ArrayList<>();
    /** Slabs in use whose free blocks are all untouched. */
    private final List<LinkedHashSet<Chunk>> fresh = new ArrayList<>();

    private long usedBytes;
    private long idleBytes;
    private long hits;
    private long misses;
    private boolean closed;

    /** A pool of private memory. */
    public MemoryPool(Supplier<Linux> linux) {
        this(linux, Backing.PRIVATE, "");
    }

    /**
     * A pool without any memory yet.
     *
     * @param linux asked at the first need of memory, so that a process that never stores an object does not load the binding
     * @param name of the memfds in /proc, for people
     */
    public MemoryPool(Supplier<Linux> linux, Backing backing, String name) {
        this.linux = linux;
        this.backing = backing;
        this.name = name;
        for (int i = 0; i < SizeClasses.CLASSES; i++) {
            idle.add(new ArrayDeque<>(0));
        }
        for (int i = 0; i < SizeClasses.SMALL_CLASSES; i++) {
            recycled.add(new LinkedHashSet<>(0));
            fresh.add(new LinkedHashSet<>(0));
        }
    }

    long usedBytes() {
        return usedBytes;
    }

    long idleBytes() {
        return idleBytes;
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }

    /**
     * Takes memory within a budget.
     *
     * @param filledBytes what will surely be filled of it: that may be huge pages
     * @param evicted gets idle chunks that have to go so that used and idle memory together stay within the budget; the caller closes them
     * @return null when the budget has no room; the space's chunk may still have to be mapped
     */
    @Nullable
    Space claim(long bytes, long filledBytes, long budgetBytes, List<Chunk> evicted) {
        int sizeClass = SizeClasses.of(bytes);
        long room = budgetBytes - usedBytes;
        Space space = SizeClasses.isSmall(sizeClass)
                ? claimBlock(sizeClass, room)
                : claimWhole(sizeClass, bytes, filledBytes, room);
        if (space != null) {
            if (space.chunk.isMapped()) {
                hits++;
            } else {
                misses++;
            }
            evict(budgetBytes - usedBytes, evicted);
        }
        return space;
    }

    /**
     * Takes a part of the budget for memory that is not of this pool.
     *
     * @param evicted gets idle chunks that have to go; the caller closes them
     * @return false when the budget has no room
     */
    boolean charge(long bytes, long budgetBytes, List<Chunk> evicted) {
        if (bytes > budgetBytes - usedBytes) {
            return false;
        }
        usedBytes += bytes;
        evict(budgetBytes - usedBytes, evicted);
        return true;
    }

    void uncharge(long bytes) {
        usedBytes -= bytes;
    }

    private @Nullable Space claimBlock(int sizeClass, long room) {
        Chunk slab = first(recycled.get(sizeClass));
        if (slab == null) {
            slab = first(fresh.get(sizeClass));
        }
        if (slab == null) {
            Chunk unused = idle.get(sizeClass).peekFirst();
            if (unused != null && unused.touched() <= room) {
                slab = leaveIdle(idle.get(sizeClass).removeFirst());
                usedBytes += slab.touched();
                room -= slab.touched();
            }
        }
        if (slab == null) {
            slab = new Chunk(sizeClass, 0);
        }
        long growth = slab.growth();
        if (growth > room) {
            return null;
        }
        usedBytes += growth;
        Space space = new Space(slab, slab.take(), slab.blockBytes, 0);
        if (slab.isMapped()) {
            file(slab);
        }
        return space;
    }

    private @Nullable Space claimWhole(int sizeClass, long bytes, long filledBytes, long room) {
        Chunk chunk = null;
        for (int near = sizeClass; chunk == null && near <= sizeClass + SizeClasses.NEAR; near++) {
            Chunk unused = idle.get(near).peekFirst();
            if (unused != null && unused.touchedWith(bytes) <= room) {
                chunk = leaveIdle(idle.get(near).removeFirst());
            }
        }
        if (chunk == null) {
            chunk = new Chunk(sizeClass, filledBytes);
        }
        long charged = chunk.touchedWith(bytes);
        if (charged > room) {
            return null;
        }
        usedBytes += charged;
        return new Space(chunk, chunk.take(), SizeClasses.wholePages(bytes), charged);
    }

    private Chunk leaveIdle(Chunk chunk) {
        idleBytes -= chunk.touched();
        return chunk;
    }

    /** Puts a slab in use where its next block is looked for. */
    private void file(Chunk slab) {
        if (slab.hasTouchedBlock()) {
            recycled.get(slab.sizeClass).add(slab);
        } else {
            recycled.get(slab.sizeClass).remove(slab);
        }
        if (!slab.hasTouchedBlock() && slab.hasBlock()) {
            fresh.get(slab.sizeClass).add(slab);
        } else {
            fresh.get(slab.sizeClass).remove(slab);
        }
    }

    /** Maps a space's chunk; without the lock, by the thread that claimed it. */
    void map(Space space) throws LinuxException {
        Chunk chunk = space.chunk;
        // A block has no descriptor of its own, and 10^5 tiny objects must not need 10^5 of them.
        boolean sealed = backing == Backing.SEALED_MEMFD && !chunk.isSlab();
        chunk.mapped(
                sealed
                        ? Region.sealed(linux.get(), name, chunk.bytes(), chunk.hugeBytes())
                        : Region.anonymous(linux.get(), chunk.bytes(), chunk.hugeBytes()));
    }

    /** The chunk has been mapped: further objects may share it. */
    void mapped(Space space) {
        if (space.chunk.isSlab()) {
            file(space.chunk);
        }
    }

    /** The chunk could not be mapped. */
    void unclaim(Space space) {
        usedBytes -= space.chunk.isSlab() ? space.chunk.touched() : space.chargedBytes;
    }

    /** Pages behind the last byte written will never be touched by the present owner: they no longer count. */
    void shrink(Space space, long writtenBytes) {
        if (!space.chunk.isSlab()) {
            long charged = space.chunk.touchedWith(writtenBytes);
            usedBytes -= space.chargedBytes - charged;
            space.chargedBytes = charged;
        }
    }

    /**
     * Nobody reads or writes the space any more.
     *
     * @param doomed gets the chunk if it is not kept; the caller closes it
     */
    void release(Space space, long writtenBytes, long nowMillis, List<Chunk> doomed) {
        Chunk chunk = space.chunk;
        chunk.giveBack(space.block);
        if (chunk.isSlab()) {
            if (!chunk.isUnused()) {
                file(chunk);
                return;
            }
            recycled.get(chunk.sizeClass).remove(chunk);
            fresh.get(chunk.sizeClass).remove(chunk);
            usedBytes -= chunk.touched();
        } else {
            chunk.touchedBy(writtenBytes);
            usedBytes -= space.chargedBytes;
        }
        if (closed) {
            doomed.add(chunk);
            return;
        }
        chunk.idleSinceMillis = nowMillis;
        idleBytes += chunk.touched();
        idle.get(chunk.sizeClass).addFirst(chunk);
    }

    /** Gives up idle memory, longest idle first, until no more than {@code keepBytes} of it are left. */
    void evict(long keepBytes, List<Chunk> evicted) {
        while (idleBytes > keepBytes) {
            Chunk oldest = longestIdle();
            if (oldest == null) {
                return;
            }
            evicted.add(leaveIdle(idle.get(oldest.sizeClass).removeLast()));
        }
    }

    /** Gives up what has been idle since then or longer. */
    void trim(long idleSinceMillis, List<Chunk> evicted) {
        Chunk oldest = longestIdle();
        while (oldest != null && oldest.idleSinceMillis <= idleSinceMillis) {
            evicted.add(leaveIdle(idle.get(oldest.sizeClass).removeLast()));
            oldest = longestIdle();
        }
    }

    /** Keeps no memory from now on. */
    void close(List<Chunk> evicted) {
        closed = true;
        trim(Long.MAX_VALUE, evicted);
    }

    private @Nullable Chunk longestIdle() {
        Chunk oldest = null;
        for (int i = 0; i < idle.size(); i++) {
            Chunk last = idle.get(i).peekLast();
            if (last != null && (oldest == null || last.idleSinceMillis < oldest.idleSinceMillis)) {
                oldest = last;
            }
        }
        return oldest;
    }

    private static @Nullable Chunk first(SequencedSet<Chunk> slabs) {
        return slabs.isEmpty() ? null : slabs.getFirst();
    }

    /** Gives a chunk back to the kernel; without the lock, as unmapping resident pages takes time. */
    static void close(Chunk chunk) {
        try {
            chunk.region().close();
        } catch (RuntimeException e) {
            // Whoever is here needs other memory or ends some other object, and must get on with that.
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }
}
