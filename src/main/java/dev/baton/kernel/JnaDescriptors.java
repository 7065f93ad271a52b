package dev.baton.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** {@link Descriptors} by JNA direct mapping. */
final class JnaDescriptors implements Descriptors {
    private static final class C {
        static {
            Native.register(C.class, NativeLibrary.getProcess());
        }

        // Variadic in C; on Linux, x86-64 and aarch64 pass an int argument of a variadic function as they pass any
        // other.
        static native int fcntl(int fd, int command, int argument);

        static native int close(int fd);
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return JnaMemory.orErrno(C.fcntl(fd, command, argument));
    }

    @Override
    public int close(int fd) {
        return JnaMemory.orErrno(C.close(fd));
    }
}
