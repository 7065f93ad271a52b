package dev.baton.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** {@link Memory} by JNA direct mapping. JNA saves errno per thread right after each call, so nothing the JVM does in between can change it. */
final class JnaMemory implements Memory {
    /** The C names and types; size_t and off_t are 64 bits wide on every Linux that Baton runs on. */
    private static final class C {
        static {
            // The process itself has libc loaded: no search through the library folders.
            Native.register(C.class, NativeLibrary.getProcess());
        }

        static native int memfd_create(String name, int flags);

        static native int ftruncate(int fd, long length);

        static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

        static native int munmap(long address, long length);

        static native int madvise(long address, long length, int advice);
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return orErrno(C.memfd_create(name, flags));
    }

    @Override
    public int ftruncate(int fd, long length) {
        return orErrno(C.ftruncate(fd, length));
    }

    @Override
    public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        long result = C.mmap(address, length, protection, flags, fd, offset);
        return result == -1 ? -Native.getLastError() : result;
    }

    @Override
    public int munmap(long address, long length) {
        return orErrno(C.munmap(address, length));
    }

    @Override
    public int madvise(long address, long length, int advice) {
        return orErrno(C.madvise(address, length, advice));
    }

    @Override
    public ByteBuffer view(long address, int length) {
        return new Pointer(address).getByteBuffer(0, length);
    }

    static int orErrno(int result) {
        return result == -1 ? -Native.getLastError() : result;
    }
}
