package dev.baton.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
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
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final long MAP_FAILED = -1;
    private static final int MADV_DONTNEED = 4;

    /** How much memory one call of mincore looks at. */
    private static final long LOOK_BYTES = 64L << 20;

    /** Below this, clearing all of it is cheaper than asking which pages are there. */
    private static final long CLEAR_BLINDLY_BYTES = 256L << 10;

    private final long base;
    private final long reserved;
    private final ByteBuffer whole;
    private long usable;
    private boolean open = true;

    private AddressRange(long base, long reserved) {
        this.base = base;
        this.reserved = reserved;
        this.whole = new Pointer(base).getByteBuffer(0, reserved).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reserves address space; no memory is used yet.
     *
     * @param bytes a multiple of the page size, at most {@link Integer#MAX_VALUE}, so that one buffer can show all of it
     * @throws LinuxException ENOMEM when the process has no such range left (an address-space limit, too many mappings)
     */
    public static AddressRange reserve(long bytes) {
        if (bytes <= 0 || bytes > Integer.MAX_VALUE || bytes % Calls.PAGE != 0) {
            throw new IllegalArgumentException("cannot reserve " + bytes + " bytes");
        }
        try {
            long base = Calls.mmap(0, bytes, PROT_NONE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
            if (base == MAP_FAILED) {
                throw new LinuxException("mmap", Native.getLastError());
            }
            return new AddressRange(base, bytes);
        } catch (LastErrorException e) {
            throw new LinuxException("mmap", e.getErrorCode());
        }
    }

    /** The address of its first byte; the same for life. */
    public long base() {
        return base;
    }

    public long reserved() {
        return reserved;
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
        if (bytes > reserved) {
            throw new IllegalArgumentException(bytes + " of " + reserved + " bytes");
        }
        long wanted = (bytes + Calls.PAGE - 1) / Calls.PAGE * Calls.PAGE;
        if (wanted > usable) {
            check("mprotect", () -> Calls.mprotect(base + usable, wanted - usable, PROT_READ_WRITE));
            usable = wanted;
        }
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
            RawMemory.fill(base, usable, (byte) 0);
            return usable;
        }
        long resident = 0;
        byte[] present = new byte[(int) (Math.min(usable, LOOK_BYTES) / Calls.PAGE)];
        for (long at = 0; at < usable; at += LOOK_BYTES) {
            long start = base + at;
            long bytes = Math.min(LOOK_BYTES, usable - at);
            check("mincore", () -> Calls.mincore(start, bytes, present));
            resident += clearPresent(start, (int) (bytes / Calls.PAGE), present);
        }
        return resident;
    }

    /** Clears runs of present pages, each in one stroke. */
    private static long clearPresent(long start, int pages, byte[] present) {
        long cleared = 0;
        int page = 0;
        while (page < pages) {
            int first = page;
            while (page < pages && (present[page] & 1) != 0) {
                page++;
            }
            if (page > first) {
                long bytes = (page - first) * Calls.PAGE;
                RawMemory.fill(start + first * Calls.PAGE, bytes, (byte) 0);
                cleared += bytes;
            } else {
                page++;
            }
        }
        return cleared;
    }

    /** Gives the memory from {@code offset} on back to the kernel; it is zero when it is next read. Rounded up to whole pages. */
    public void drop(long offset) {
        checkOpen();
        long from = (offset + Calls.PAGE - 1) / Calls.PAGE * Calls.PAGE;
        if (from < usable) {
            check("madvise", () -> Calls.madvise(base + from, usable - from, MADV_DONTNEED));
        }
    }

    /** Gives the address space back. May be called again. */
    @Override
    public void close() {
        if (open) {
            open = false;
            usable = 0;
            check("munmap", () -> Calls.munmap(base, reserved));
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("address range is closed");
        }
    }

    private static void check(String name, Call call) {
        int result;
        try {
            result = call.run();
        } catch (LastErrorException e) {
            throw new LinuxException(name, e.getErrorCode());
        }
        if (result != 0) {
            throw new LinuxException(name, Native.getLastError());
        }
    }

    @FunctionalInterface
    private interface Call {
        int run();
    }

    /** The C library's functions by their own names; a failed one throws {@link LastErrorException} with its errno. */
    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        static final long PAGE = getpagesize();

        static native int getpagesize();

        static native long mmap(long address, long length, int protection, int flags, int fd, long offset)
                throws LastErrorException;

        static native int mprotect(long address, long length, int protection) throws LastErrorException;

        static native int munmap(long address, long length) throws LastErrorException;

        static native int madvise(long address, long length, int advice) throws LastErrorException;

        static native int mincore(long address, long length, byte[] present) throws LastErrorException;
    }
}
