package dev.baton.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A range of address space, reserved to its full length and made usable from its start as it is needed: its base never moves, so addresses
 * into it stay valid while it grows. Anonymous private memory, zero at first.
 *
 * <p>Any thread, one at a time; the owner closes it. After {@link #close} every method but close throws, and any address or view that was
 * handed out before must not be used: the kernel may have given the addresses to someone else.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>
 */
public final class AddressRange implements AutoCloseable {
    /** How much memory one call of mincore looks at. */
    private static final long LOOK_BYTES = 64L << 20;

    /** Below this, clearing all of it is cheaper than asking which pages are there. */
    private static final long CLEAR_BLINDLY_BYTES = 256L << 10;

    /** Growth by this much asks for huge pages: filling fresh ones is several times as fast, and it is about to be filled. */
    private static final long HUGE_STEP_BYTES = 4L << 20;

    private static final long HUGE_BYTES = 2L << 20;

    private final Memory calls;
    private final long pageBytes;
    private final Mapping mapping;
    private final ByteBuffer whole;
    private long usable;
    private boolean open = true;

    private AddressRange(Memory calls, Mapping mapping) {
        this.calls = calls;
        this.pageBytes = calls.pageSize();
        this.mapping = mapping;
        this.whole = calls.view(mapping.address(), (int) mapping.size()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reserves address space; no memory is used yet.
     *
     * @param bytes a multiple of the page size, at most {@link Integer#MAX_VALUE}, so that one buffer can show all of it
     * @throws LinuxException ENOMEM when the process has no such range left (an address-space limit, too many mappings)
     */
    public static AddressRange reserve(long bytes) {
        return reserve(Linux.running().memory(), bytes);
    }

    static AddressRange reserve(Memory calls, long bytes) {
        if (bytes <= 0 || bytes > Integer.MAX_VALUE || bytes % calls.pageSize() != 0) {
            throw new IllegalArgumentException("cannot reserve " + bytes + " bytes");
        }
        int flags = Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS | Memory.MAP_NORESERVE;
        long base = LinuxException.check("mmap", calls.mmap(0, bytes, Memory.PROT_NONE, flags, -1, 0));
        return new AddressRange(calls, new Mapping(calls, base, bytes));
    }

    /** The address of its first byte; the same for life. */
    public long base() {
        return mapping.address();
    }

    /** Bytes from the start that may be read and written. Never shrinks. */
    public long usable() {
        return usable;
    }

    /**
     * Makes at least {@code bytes} from the start usable.
     *
     * @throws LinuxException ENOMEM; nothing has changed then
     */
    public void use(long bytes) {
        checkOpen();
        if (bytes > mapping.size()) {
            throw new IllegalArgumentException(bytes + " of " + mapping.size() + " bytes");
        }
        long wanted = (bytes + pageBytes - 1) / pageBytes * pageBytes;
        if (wanted > usable) {
            int protection = Memory.PROT_READ | Memory.PROT_WRITE;
            LinuxException.check("mprotect", calls.mprotect(base() + usable, wanted - usable, protection));
            if (wanted - usable >= HUGE_STEP_BYTES) {
                wishHuge(base() + usable, base() + wanted);
            }
            usable = wanted;
        }
    }

    /** Only a hint: a kernel without huge pages says no, and nothing is lost. */
    private void wishHuge(long from, long to) {
        long start = (from + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
        calls.madvise(start, to / HUGE_BYTES * HUGE_BYTES - start, Memory.MADV_HUGEPAGE);
    }

    /** A little-endian direct view of part of the range, for calls that want a buffer; valid until close. */
    public ByteBuffer view(long offset, long bytes) {
        checkOpen();
        if (offset < 0 || bytes < 0 || offset + bytes > usable) {
            throw new IndexOutOfBoundsException(offset + " + " + bytes + " of " + usable);
        }
        return whole.slice((int) offset, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Makes every byte zero and keeps the pages, which costs a fraction of fresh ones. Pages that nobody has touched stay untouched.
     *
     * @return bytes of memory that the range occupies
     */
    public long clear() {
        checkOpen();
        if (usable <= CLEAR_BLINDLY_BYTES) {
            RawMemory.fill(base(), usable, (byte) 0);
            return usable;
        }
        long resident = 0;
        byte[] present = new byte[(int) (Math.min(usable, LOOK_BYTES) / pageBytes)];
        for (long at = 0; at < usable; at += LOOK_BYTES) {
            long start = base() + at;
            long bytes = Math.min(LOOK_BYTES, usable - at);
            LinuxException.check("mincore", calls.mincore(start, bytes, present));
            resident += clearPresent(start, (int) (bytes / pageBytes), present);
        }
        return resident;
    }

    /** Clears runs of present pages, each in one stroke. */
    private long clearPresent(long start, int pages, byte[] present) {
        long cleared = 0;
        int page = 0;
        while (page < pages) {
            int first = page;
            while (page < pages && (present[page] & 1) != 0) {
                page++;
            }
            if (page > first) {
                long bytes = (page - first) * pageBytes;
                RawMemory.fill(start + first * pageBytes, bytes, (byte) 0);
                cleared += bytes;
            } else {
                page++;
            }
        }
        return cleared;
    }

    /** Gives the address space back. May be called again. */
    @Override
    public void close() {
        if (open) {
            open = false;
            usable = 0;
            mapping.close();
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("address range is closed");
        }
    }
}
