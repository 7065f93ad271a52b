package dev.baton.kernel;

/** {@link Sockets} by JNA direct mapping. */
final class JnaSockets implements Sockets {
    private static final int EVENT_BITS = 16;

    private static final class C {
        static {
            Jna.bind(C.class);
        }

        // struct pollfd is an int and two shorts: two ints, the second with the events in its lower half and what came
        // in its upper half on the little-endian machines that Baton runs on.
        static native int poll(int[] fds, long count, int timeoutMillis);

        static native long read(int fd, long address, long length);

        static native long send(int fd, long address, long length, int flags);

        static native int shutdown(int fd, int how);
    }

    @Override
    public int poll(int fd, int events, int timeoutMillis) {
        int[] asked = {fd, events};
        int result = Jna.orErrno(C.poll(asked, 1, timeoutMillis));
        return result <= 0 ? result : asked[1] >>> EVENT_BITS;
    }

    @Override
    public long read(int fd, long address, long length) {
        return Jna.orErrno(C.read(fd, address, length));
    }

    @Override
    public long send(int fd, long address, long length, int flags) {
        return Jna.orErrno(C.send(fd, address, length, flags));
    }

    @Override
    public int shutdown(int fd, int how) {
        return Jna.orErrno(C.shutdown(fd, how));
    }
}
