package dev.baton.kernel;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** {@link Memory} by JNA. */
final class JnaMemory implements Memory {
    /** The C names and types; size_t and off_t are 64 bits wide on every Linux that Baton runs on. */
    private static final class C {
        static {
            Jna.bind(C.class);
        }

        static native int getpagesize();

        static native int memfd_create(String name, int flags);

        static native int ftruncate(int fd, long length);

        static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

        static native int mprotect(long address, long length, int protection);

        static native int munmap(long address, long length);

        static native int madvise(long address, long length, int advice);

        static native int mincore(long address, long length, byte[] present);
    }

    private final int pageSize = C.getpagesize();

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return Jna.orErrno(C.memfd_create(name, flags));
    }

    @Override
    public int ftruncate(int fd, long length) {
        return Jna.orErrno(C.ftruncate(fd, length));
    }

    @Override
    public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        return Jna.orErrno(C.mmap(address, length, protection, flags, fd, offset));
    }

    @Override
    public int mprotect(long address, long length, int protection) {
        return Jna.orErrno(C.mprotect(address, length, protection));
    }

    @Override
    public int munmap(long address, long length) {
        return Jna.orErrno(C.munmap(address, length));
    }

    @Override
    public int madvise(long address, long length, int advice) {
        return Jna.orErrno(C.madvise(address, length, advice));
    }

    @Override
    public int mincore(long address, long length, byte[] present) {
        return Jna.orErrno(C.mincore(address, length, present));
    }

    @Override
    public ByteBuffer view(long address, int length) {
        return new Pointer(address).getByteBuffer(0, length);
    }
}
