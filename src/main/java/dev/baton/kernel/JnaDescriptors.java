package dev.baton.kernel;

/** {@link Descriptors} by JNA. */
final class JnaDescriptors implements Descriptors {
    private static final class C {
        static {
            Jna.bind(C.class);
        }

        // Variadic in C; on Linux, x86-64 and aarch64 pass an int argument of a variadic function as they pass any
        // other.
        static native int fcntl(int fd, int command, int argument);

        static native int close(int fd);
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return Jna.orErrno(C.fcntl(fd, command, argument));
    }

    @Override
    public int close(int fd) {
        return Jna.orErrno(C.close(fd));
    }
}
