package dev.baton.kernel;

import java.nio.ByteBuffer;

/**
 * A file in memory that is being written, front to back, and then sealed. It is not mapped: writing fresh pages by system calls costs a
 * fraction of touching them through a mapping. One thread at a time.
 */
public final class MemoryFile implements AutoCloseable {
    private final Linux linux;
    private final Descriptor descriptor;
    private final long size;
    private long written;

    private MemoryFile(Linux linux, Descriptor descriptor, long size) {
        this.linux = linux;
        this.descriptor = descriptor;
        this.size = size;
    }

    /**
     * A file of that many bytes.
     *
     * @param name shown in /proc, for people
     * @throws LinuxException ENOSYS or EPERM where memfds are denied, EMFILE, ENFILE, ENOMEM
     */
    public static MemoryFile create(Linux linux, String name, long size) {
        int fd = (int) LinuxException.check("memfd_create", Region.memfd(linux.memory(), name));
        Descriptor descriptor = new Descriptor(linux.descriptors(), fd);
        try {
            LinuxException.check("ftruncate", Region.truncate(linux.memory(), fd, size));
            return new MemoryFile(linux, descriptor, size);
        } catch (RuntimeException e) {
            descriptor.close();
            throw e;
        }
    }

    /** Bytes written by {@link #write}. */
    public long written() {
        return written;
    }

    /**
     * Appends what remains of a direct buffer and consumes it.
     *
     * @throws IndexOutOfBoundsException beyond the file's size; nothing is written then
     * @throws LinuxException ENOMEM, ENOSPC
     */
    public void write(ByteBuffer source) {
        if (source.remaining() > size - written) {
            throw new IndexOutOfBoundsException(written + " + " + source.remaining() + " of " + size);
        }
        while (source.hasRemaining()) {
            long result = linux.files()
                    .pwrite(descriptor.number(), SealedMemory.address(source), source.remaining(), written);
            if (result != -Errno.EINTR) {
                LinuxException.check("pwrite", result);
                source.position(source.position() + (int) result);
                written += result;
            }
        }
    }

    /**
     * Seals it against everyone, this process too.
     *
     * @throws LinuxException EBUSY while it is mapped for writing
     */
    public void seal() {
        int seals = linux.descriptors().fcntl(descriptor.number(), Descriptors.F_ADD_SEALS, SealedMemory.SEALS);
        LinuxException.check("fcntl", seals);
    }

    /**
     * A read-only way to the sealed bytes, with an open file of its own.
     *
     * @throws NotSealedException if it may not be read, of which there is no way
     * @throws LinuxException EMFILE, ENFILE
     */
    public SealedMemory open() throws NotSealedException {
        return SealedMemory.reopened(linux, descriptor.number());
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
