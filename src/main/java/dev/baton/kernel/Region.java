package dev.baton.kernel;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Readable and writable memory outside the heap, of any size, with its mapping and, when it can be shared, its descriptor.
 *
 * <p>Any thread; the bytes themselves are as visible to other threads as the caller's own synchronisation makes them. Buffers given out are
 * views that do not keep the memory mapped: whoever closes must know that none is in use.
 */
public final class Region implements AutoCloseable {
    // A ByteBuffer spans less than 2 GiB. Views start at every GiB and reach to the end of the next one, so that any
    // range of up to 1 GiB lies within one.
    private static final int WINDOW_SHIFT = 30;
    private static final long WINDOW_STEP = 1L << WINDOW_SHIFT;
    private static final ByteBuffer[] NONE = {};

    /** Bytes, on x86-64, and on aarch64 with pages of 4 KiB. */
    public static final long HUGE_PAGE = 2 << 20;

    private static final int PRIVATE = Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS;
    private static final int READ_WRITE = Memory.PROT_READ | Memory.PROT_WRITE;

    private final Mapping mapping;
    private final @Nullable Descriptor descriptor;
    private ByteBuffer[] writable;
    private ByteBuffer[] readable;

    private Region(Memory calls, Mapping mapping, @Nullable Descriptor descriptor) {
        this.mapping = mapping;
        this.descriptor = descriptor;
        int windows = Math.toIntExact(((mapping.size() - 1) >> WINDOW_SHIFT) + 1);
        this.writable = new ByteBuffer[windows];
        this.readable = new ByteBuffer[windows];
        for (int i = 0; i < windows; i++) {
            long start = i * WINDOW_STEP;
            int length = (int) Math.min(mapping.size() - start, Integer.MAX_VALUE);
            writable[i] = calls.view(mapping.address() + start, length);
            readable[i] = writable[i].asReadOnlyBuffer();
        }
    }

    /**
     * Private memory without a descriptor.
     *
     * @param size bytes, positive
     * @param hugeBytes how much from the start should be huge pages, a multiple of {@link #HUGE_PAGE} or 0; a hint. The rest is small
     *     pages, so that what is resident there is what was touched
     */
    public static Region anonymous(Linux linux, long size, long hugeBytes) {
        Memory calls = linux.memory();
        Mapping mapping = hugeBytes > 0 ? aligned(calls, size) : Mapping.readWrite(calls, size, PRIVATE, -1);
        // Hints, which fail where the kernel has no huge pages: then there is nothing to ask for and nothing to
        // prevent.
        if (hugeBytes > 0) {
            calls.madvise(mapping.address(), hugeBytes, Memory.MADV_HUGEPAGE);
        }
        if (hugeBytes < size) {
            calls.madvise(mapping.address() + hugeBytes, size - hugeBytes, Memory.MADV_NOHUGEPAGE);
        }
        return new Region(calls, mapping, null);
    }

    /** A huge page has to begin at a multiple of its size; kernels before 6.7 place mappings anywhere: so take more and cut the ends off. */
    private static Mapping aligned(Memory calls, long size) {
        long length = wholePages(size, calls.pageSize());
        long start = LinuxException.check("mmap", calls.mmap(0, length + HUGE_PAGE, READ_WRITE, PRIVATE, -1, 0));
        long end = start + length + HUGE_PAGE;
        long base = (start + HUGE_PAGE - 1) & -HUGE_PAGE;
        int cut = calls.munmap(base + length, end - base - length);
        if (cut == 0) {
            end = base + length;
            cut = base == start ? 0 : calls.munmap(start, base - start);
        }
        if (cut < 0) {
            calls.munmap(start, end - start);
            throw new LinuxException("munmap", -cut);
        }
        return new Mapping(calls, base, size);
    }

    private static long wholePages(long bytes, long pageSize) {
        return (bytes + pageSize - 1) / pageSize * pageSize;
    }

    /**
     * Memory of a memfd that this mapping alone can write: size and content are sealed against everyone else who gets the descriptor. Where
     * the kernel or a seccomp profile denies memfds or that seal, the region works the same but has no descriptor to share.
     *
     * @param name shown in /proc, for people
     * @param size bytes, positive
     * @param hugeBytes how much from the start should be huge pages, a multiple of {@link #HUGE_PAGE} or 0; a hint
     */
    public static Region sealed(Linux linux, String name, long size, long hugeBytes) {
        Memory calls = linux.memory();
        int fd = memfd(calls, name);
        if (fd == -Errno.ENOSYS || fd == -Errno.EPERM || fd == -Errno.EACCES) {
            return anonymous(linux, size, hugeBytes);
        }
        LinuxException.check("memfd_create", fd);
        Descriptor descriptor = new Descriptor(linux.descriptors(), fd);
        Mapping mapping = null;
        try {
            LinuxException.check("ftruncate", truncate(calls, fd, size));
            mapping = Mapping.readWrite(calls, size, Memory.MAP_SHARED, fd);
            if (hugeBytes > 0) {
                calls.madvise(mapping.address(), hugeBytes, Memory.MADV_HUGEPAGE);
            }
            // F_SEAL_WRITE would be refused because of the mapping above; FUTURE_WRITE lets that one write and nobody
            // else.
            int seals = Descriptors.F_SEAL_SHRINK
                    | Descriptors.F_SEAL_GROW
                    | Descriptors.F_SEAL_FUTURE_WRITE
                    | Descriptors.F_SEAL_SEAL;
            int sealed = linux.descriptors().fcntl(fd, Descriptors.F_ADD_SEALS, seals);
            if (sealed == -Errno.EINVAL) {
                descriptor.close();
                return new Region(calls, mapping, null);
            }
            LinuxException.check("fcntl", sealed);
            return new Region(calls, mapping, descriptor);
        } catch (Throwable e) {
            if (mapping != null) {
                mapping.close();
            }
            descriptor.close();
            throw e;
        }
    }

    static int memfd(Memory calls, String name) {
        int flags = Memory.MFD_CLOEXEC | Memory.MFD_ALLOW_SEALING;
        int fd = calls.memfdCreate(name, flags | Memory.MFD_NOEXEC_SEAL);
        return fd == -Errno.EINVAL ? calls.memfdCreate(name, flags) : fd;
    }

    static int truncate(Memory calls, int fd, long size) {
        int result;
        do {
            result = calls.ftruncate(fd, size);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** For calls of the kernel that take a raw address; valid until closed. */
    public long address() {
        return mapping.address();
    }

    /** Bytes. */
    public long size() {
        return mapping.size();
    }

    /** The sealed memfd behind this memory, still owned by this region, or null when there is none to share. */
    public @Nullable Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Copies that many bytes from the position of {@code source}, which moves on by as many.
     *
     * @throws IndexOutOfBoundsException when the range does not lie within the region or the source; nothing is written then
     */
    public void write(long offset, ByteBuffer source, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, mapping.size());
        Objects.checkFromIndexSize(0, bytes, source.remaining());
        int done = 0;
        while (done < bytes) {
            ByteBuffer window = writable[(int) ((offset + done) >> WINDOW_SHIFT)];
            int start = (int) ((offset + done) & (WINDOW_STEP - 1));
            int step = Math.min(bytes - done, window.capacity() - start);
            window.put(start, source, source.position(), step);
            source.position(source.position() + step);
            done += step;
        }
    }

    /**
     * A read-only view, without a copy.
     *
     * @param bytes at most 1 GiB
     * @throws IndexOutOfBoundsException when the range does not lie within the region or is too long for one view
     */
    public ByteBuffer read(long offset, int bytes) {
        Objects.checkFromIndexSize(offset, bytes, mapping.size());
        if (bytes == 0) {
            return readable[0].slice(0, 0);
        }
        return readable[(int) (offset >> WINDOW_SHIFT)].slice((int) (offset & (WINDOW_STEP - 1)), bytes);
    }

    /** Unmaps the memory and closes the descriptor. */
    @Override
    public void close() {
        // A late caller gets an exception instead of a crash of the process, as far as that can be had without a check
        // per access.
        writable = NONE;
        readable = NONE;
        try {
            mapping.close();
        } finally {
            if (descriptor != null) {
                descriptor.close();
            }
        }
    }
}
