package dev.baton.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A file in memory whose size and bytes nobody can change any more, and the owner of one read-only descriptor of it. It is never mapped
 * here: reads are system calls, so whatever its maker does, no access of this process can fault.
 *
 * <p>Any thread; who closes must know that nobody reads.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>, "File sealing"
 */
public final class SealedMemory implements AutoCloseable {
    static final int SEALS =
            Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW | Descriptors.F_SEAL_WRITE | Descriptors.F_SEAL_SEAL;

    /** Whether someone else can still reach the bytes. */
    public enum Hold {
        /** Nobody: the memory is free as soon as this is closed. */
        ALONE,
        /** Somebody has it open or mapped. */
        SHARED,
        /** The kernel does not tell. */
        UNKNOWN
    }

    private final Linux linux;
    private final Descriptor descriptor;
    private final long size;

    private SealedMemory(Linux linux, Descriptor descriptor, long size) {
        this.linux = linux;
        this.descriptor = descriptor;
        this.size = size;
    }

    /**
     * Takes over a descriptor that somebody else has given, if it is what it has to be: a memfd of ordinary pages with all four seals. The
     * first question is one that no file system answers, as a file of a user's own could keep its answer to itself.
     *
     * @throws NotSealedException when it is something else; its message may be shown to the giver. The descriptor is closed
     * @throws LinuxException EMFILE, ENFILE. The descriptor is closed
     */
    public static SealedMemory adopt(Linux linux, Descriptor given) throws NotSealedException {
        try (given) {
            int fd = given.number();
            int seals = linux.descriptors().fcntl(fd, Descriptors.F_GET_SEALS, 0);
            if (seals < 0) {
                throw new NotSealedException("the descriptor is not a memfd");
            }
            if (LinuxException.check("fstatfs", linux.files().fileSystem(fd)) != Files.TMPFS_MAGIC) {
                throw new NotSealedException("the memfd is not of ordinary pages");
            }
            if ((seals & SEALS) != SEALS) {
                throw new NotSealedException("the memfd lacks a seal of shrink, grow, write and seal");
            }
            // From here on it stays as it is.
            return reopened(linux, fd);
        }
    }

    /** A further owner, with an open file of its own. */
    static SealedMemory reopened(Linux linux, int fd) throws NotSealedException {
        long size = linux.files().regularSize(fd);
        if (size < 0) {
            throw new NotSealedException("the descriptor is not a file");
        }
        int own = linux.files().open("/proc/self/fd/" + fd, Files.O_RDONLY | Files.O_CLOEXEC);
        if (own == -Errno.EACCES || own == -Errno.EPERM) {
            throw new NotSealedException("the memfd may not be read");
        }
        LinuxException.check("open", own);
        return new SealedMemory(linux, new Descriptor(linux.descriptors(), own), size);
    }

    /** Bytes. */
    public long size() {
        return size;
    }

    /** For handing it on; still owned here. Who has it can map and read it, and change nothing. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Fills what remains of a direct buffer, which moves on.
     *
     * @throws IndexOutOfBoundsException when the file has fewer bytes from {@code offset} on; nothing is read then
     * @throws LinuxException ENOMEM when pages that were swapped out cannot be had
     */
    public void read(long offset, ByteBuffer into) {
        if (offset < 0 || offset + into.remaining() > size) {
            throw new IndexOutOfBoundsException(offset + " + " + into.remaining() + " of " + size);
        }
        while (into.hasRemaining()) {
            long result = linux.files().pread(descriptor.number(), address(into), into.remaining(), offset);
            if (result != -Errno.EINTR) {
                if (LinuxException.check("pread", result) == 0) {
                    throw new IllegalStateException("a sealed file has become shorter");
                }
                into.position(into.position() + (int) result);
                offset += result;
            }
        }
    }

    static long address(ByteBuffer direct) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("the buffer is not direct");
        }
        return MemorySegment.ofBuffer(direct).address();
    }

    /**
     * Asks whether this is the last way to the bytes. The kernel gives a lease for writing only to someone who is alone with the file:
     * open files and what is mapped through them both count, but for the one that memfd_create(2) has given, which must be closed
     * before the first other process gets a descriptor. What is {@link Hold#ALONE} once stays so, and is to be closed at once.
     */
    public Hold hold() {
        Descriptors calls = linux.descriptors();
        // Should anyone open the file in the moment between lease and close, the signal that tells so must be a
        // harmless one.
        calls.fcntl(descriptor.number(), Files.F_SETSIG, Files.SIGURG);
        int result = calls.fcntl(descriptor.number(), Files.F_SETLEASE, Files.F_WRLCK);
        if (result == -Errno.EAGAIN) {
            return Hold.SHARED;
        }
        return result < 0 ? Hold.UNKNOWN : Hold.ALONE;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
