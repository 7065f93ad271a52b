package dev.baton.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@link Files} by JNA. */
final class JnaFiles implements Files {
    private static final class C {
        static {
            Jna.bind(C.class);
        }

        // Variadic in C, for a mode that is looked at only where a file is made.
        static native int open(String path, int flags);

        static native long pread(int fd, long address, long length, long offset);

        static native long pwrite(int fd, long address, long length, long offset);

        static native int fstatfs(int fd, byte[] statfs);

        static native int statx(int folder, String path, int flags, int mask, byte[] statx);
    }

    // The structures are larger on no Linux of 64 bits; the fields used lie at the same place on all of them.
    private static final int STATFS_BYTES = 256;
    private static final int STATX_BYTES = 256;
    private static final int STATX_MODE = 28;
    private static final int STATX_SIZE = 40;
    private static final int STATX_TYPE_AND_SIZE = 0x201;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;

    @Override
    public int open(String path, int flags) {
        return Jna.orErrno(C.open(path, flags));
    }

    @Override
    public long pread(int fd, long address, long length, long offset) {
        return Jna.orErrno(C.pread(fd, address, length, offset));
    }

    @Override
    public long pwrite(int fd, long address, long length, long offset) {
        return Jna.orErrno(C.pwrite(fd, address, length, offset));
    }

    @Override
    public long fileSystem(int fd) {
        byte[] statfs = new byte[STATFS_BYTES];
        int result = Jna.orErrno(C.fstatfs(fd, statfs));
        return result < 0 ? result : fields(statfs).getLong(0);
    }

    @Override
    public long regularSize(int fd) {
        byte[] statx = new byte[STATX_BYTES];
        int result = Jna.orErrno(C.statx(fd, "", AT_EMPTY_PATH, STATX_TYPE_AND_SIZE, statx));
        if (result < 0) {
            return result;
        }
        ByteBuffer fields = fields(statx);
        return (fields.getShort(STATX_MODE) & S_IFMT) == S_IFREG ? fields.getLong(STATX_SIZE) : -Errno.EINVAL;
    }

    private static ByteBuffer fields(byte[] struct) {
        return ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder());
    }
}
