package dev.baton.kernel;

/** {@link Pipes} by JNA direct mapping. */
final class JnaPipes implements Pipes {
    private static final class C {
        static {
            Jna.bind(C.class);
        }

        static native int pipe2(int[] ends, int flags);

        static native long splice(int in, long inOffset, int out, long outOffset, long length, int flags);
    }

    @Override
    public int pipe2(int[] ends, int flags) {
        return Jna.orErrno(C.pipe2(ends, flags));
    }

    @Override
    public long splice(int source, int sink, long length, int flags) {
        return Jna.orErrno(C.splice(source, 0, sink, 0, length, flags));
    }
}
