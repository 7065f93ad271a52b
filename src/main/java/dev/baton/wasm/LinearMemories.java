package dev.baton.wasm;

import dev.baton.kernel.AddressRange;
import dev.baton.kernel.LinuxException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Owns the memory of all guests: hands out zeroed linear memories under one byte budget and keeps used ones warm for the next guest. Fresh
 * pages cost several times what clearing and reusing them does, so a memory goes back to the kernel only when it has been idle for a while or
 * when the budget needs it.
 *
 * <p>Any thread. {@link #release} and {@link #trim} do system calls and clear memory: not on an event loop.
 */
final class LinearMemories implements AutoCloseable {
    /** What the engine can address: 32767 pages, 2 GiB - 64 KiB. */
    static final int PAGES_MAX = LinearMemory.RUNTIME_MAX_PAGES;

    private final int pagesMax;
    private final long budget;
    private final long warmMax;
    private final Duration idleMax;
    private final InstantSource clock;

    private final List<Range> idle = new ArrayList<>();
    private long charged;
    private long warm;
    private long reused;
    private long reservedFresh;
    private int inUse;
    private boolean closed;

    /**
     * @param pagesMax the most that one memory may have
     * @param budget bytes that all memories together may occupy, idle ones included
     * @param warmMax bytes of idle memory that are kept
     * @param idleMax how long they are kept
     */
    LinearMemories(int pagesMax, long budget, long warmMax, Duration idleMax, InstantSource clock) {
        if (pagesMax < 1 || pagesMax > PAGES_MAX || budget < LinearMemory.PAGE_SIZE || warmMax < 0) {
            throw new IllegalArgumentException("limits of linear memory: " + pagesMax + " pages, " + budget + " bytes");
        }
        this.pagesMax = pagesMax;
        this.budget = budget;
        this.warmMax = warmMax;
        this.idleMax = idleMax;
        this.clock = clock;
    }

    /**
     * A zeroed memory.
     *
     * @param hint bytes that the guest will probably need; a warm memory of that size is chosen where there is one
     * @throws GuestException NO_MEMORY when the budget or the kernel has none
     */
    LinearMemory acquire(int initialPages, int maximumPages, long hint) {
        Range range = take((long) initialPages * LinearMemory.PAGE_SIZE + Math.max(0, hint));
        boolean used = false;
        try {
            if (range == null) {
                range = new Range(AddressRange.reserve((long) pagesMax * LinearMemory.PAGE_SIZE));
            }
            if (!extend(range, (long) initialPages * LinearMemory.PAGE_SIZE)) {
                throw new GuestException(
                        GuestException.Kind.NO_MEMORY, "the functions together use all memory they may");
            }
            used = true;
            given(1);
            return new LinearMemory(this, range, initialPages, Math.min(maximumPages, pagesMax));
        } catch (LinuxException e) {
            throw new GuestException(GuestException.Kind.NO_MEMORY, "no memory for a function: " + e.getMessage());
        } finally {
            if (!used && range != null) {
                discard(range);
            }
        }
    }

    private synchronized void given(int more) {
        inUse += more;
    }

    /** Makes the range usable up to {@code bytes}; false when the budget or the kernel refuses. */
    boolean extend(Range range, long bytes) {
        long more = range.occupiedAt(bytes) - range.charge;
        if (more > 0) {
            if (!charge(more)) {
                return false;
            }
            // Charged before it is used: an error between the two leaves too much charged until release, never too
            // little.
            range.charge += more;
        }
        try {
            range.memory.use(bytes);
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Clears the range and keeps it for the next guest, or gives it back. */
    void release(Range range) {
        given(-1);
        long resident;
        try {
            resident = range.memory.clear();
        } catch (LinuxException e) {
            discard(range);
            return;
        }
        synchronized (this) {
            if (!closed && warm + resident <= warmMax) {
                charged -= range.charge - resident;
                range.charge = resident;
                range.residue = resident;
                range.residueEnd = range.memory.usable();
                range.idleSince = clock.millis();
                warm += resident;
                idle.add(range);
                return;
            }
        }
        discard(range);
    }

    /** Gives back what has been idle for too long. To be called now and then. */
    void trim() {
        long before = clock.millis() - idleMax.toMillis();
        List<Range> old = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Range> each = idle.iterator(); each.hasNext(); ) {
                Range range = each.next();
                if (range.idleSince <= before) {
                    each.remove();
                    warm -= range.charge;
                    old.add(range);
                }
            }
        }
        old.forEach(this::discard);
    }

    /** Gives all idle memory back, and what is still in use when it is released. */
    @Override
    public void close() {
        List<Range> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(idle);
            idle.clear();
            warm = 0;
        }
        all.forEach(this::discard);
    }

    synchronized Figures figures() {
        return new Figures(charged, budget, warm, idle.size(), inUse, reused, reservedFresh);
    }

    /**
     * @param charged bytes that guests and idle memories occupy at most
     * @param warm of these, bytes that are idle
     * @param idle idle memories
     * @param inUse memories of instances
     * @param reused memories handed out that were warm
     * @param fresh memories handed out that were not
     */
    record Figures(long charged, long budget, long warm, int idle, int inUse, long reused, long fresh) {}

    /** The smallest warm one that has room, else the largest. */
    private synchronized @Nullable Range take(long bytes) {
        Range best = null;
        for (Range range : idle) {
            if (best == null || better(range, best, bytes)) {
                best = range;
            }
        }
        if (best == null) {
            reservedFresh++;
        } else {
            idle.remove(best);
            warm -= best.charge;
            reused++;
        }
        return best;
    }

    private static boolean better(Range range, Range best, long bytes) {
        boolean fits = range.charge >= bytes;
        boolean bestFits = best.charge >= bytes;
        if (fits != bestFits) {
            return fits;
        }
        return fits ? range.charge < best.charge : range.charge > best.charge;
    }

    /** Takes from the budget; idle memories give way. */
    private boolean charge(long bytes) {
        List<Range> evicted = new ArrayList<>();
        boolean granted;
        synchronized (this) {
            long room = budget - charged;
            while (room < bytes && !idle.isEmpty()) {
                Range range = idle.removeLast();
                warm -= range.charge;
                room += range.charge;
                evicted.add(range);
            }
            granted = room >= bytes;
            if (granted) {
                charged += bytes;
            }
        }
        evicted.forEach(this::discard);
        return granted;
    }

    private void discard(Range range) {
        try {
            range.memory.close();
        } finally {
            synchronized (this) {
                charged -= range.charge;
                range.charge = 0;
            }
        }
    }

    /** An address range with what the budget counts for it: its guest's whole memory, and what earlier guests left resident beyond that. */
    static final class Range {
        private final AddressRange memory;
        private long charge;
        private long residue;
        private long residueEnd;
        private long idleSince;

        private Range(AddressRange memory) {
            this.memory = memory;
        }

        /** The most that may be resident when a guest has {@code bytes}. */
        private long occupiedAt(long bytes) {
            return bytes + Math.clamp(residueEnd - bytes, 0, residue);
        }

        long base() {
            return memory.base();
        }

        ByteBuffer view(int offset, int length) {
            return memory.view(offset, length);
        }
    }
}
