package dev.baton.kernel;

import java.util.concurrent.atomic.AtomicBoolean;

/** The owner of one range of mapped memory: unmaps it exactly once. Whoever closes must know that nobody touches the memory any more. */
public final class Mapping implements AutoCloseable {
    private final Memory calls;
    private final long address;
    private final long size;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over a mapped range, its size in bytes. */
    public Mapping(Memory calls, long address, long size) {
        this.calls = calls;
        this.address = address;
        this.size = size;
    }

    /** Fresh memory that belongs to no file. */
    public static Mapping anonymous(Memory calls, long size) {
        return readWrite(calls, size, Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS, -1);
    }

    /** Maps readable and writable memory; {@code fd} is -1 together with {@link Memory#MAP_ANONYMOUS}. */
    static Mapping readWrite(Memory calls, long size, int flags, int fd) {
        long address = calls.mmap(0, size, Memory.PROT_READ | Memory.PROT_WRITE, flags, fd, 0);
        return new Mapping(calls, LinuxException.check("mmap", address), size);
    }

    /** Valid until closed. */
    public long address() {
        return address;
    }

    public long size() {
        return size;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LinuxException.check("munmap", calls.munmap(address, size));
        }
    }
}
