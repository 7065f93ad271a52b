package dev.baton.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** {@link LocalSockets} by JNA. */
final class JnaLocalSockets implements LocalSockets {
    private static final class C {
        static {
            Jna.bind(C.class);
        }

        static native int socket(int domain, int type, int protocol);

        static native int bind(int fd, byte[] address, int length);

        static native int listen(int fd, int backlog);

        static native int accept4(int fd, long address, long length, int flags);

        static native long recvmsg(int fd, long message, int flags);

        static native long sendmsg(int fd, long message, int flags);

        static native int poll(int[] entries, long count, int timeoutMillis);

        static native int eventfd(int initial, int flags);

        static native int eventfd_write(int fd, long value);

        static native int eventfd_read(int fd, long[] value);
    }

    @Override
    public int socket(int domain, int type) {
        return Jna.orErrno(C.socket(domain, type, 0));
    }

    /** sockaddr_un: the family in the machine's order, then a NUL and the name, without an end. */
    @Override
    public int bindAbstract(int fd, String name) {
        byte[] path = name.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer address = ByteBuffer.allocate(Short.BYTES + 1 + path.length).order(ByteOrder.nativeOrder());
        address.putShort((short) AF_UNIX).put((byte) 0).put(path);
        return Jna.orErrno(C.bind(fd, address.array(), address.capacity()));
    }

    @Override
    public int listen(int fd, int backlog) {
        return Jna.orErrno(C.listen(fd, backlog));
    }

    @Override
    public int accept(int fd, int flags) {
        return Jna.orErrno(C.accept4(fd, 0, 0, flags));
    }

    @Override
    public long recvmsg(int fd, long message, int flags) {
        return Jna.orErrno(C.recvmsg(fd, message, flags));
    }

    @Override
    public long sendmsg(int fd, long message, int flags) {
        return Jna.orErrno(C.sendmsg(fd, message, flags));
    }

    @Override
    public int poll(int[] entries, int timeoutMillis) {
        return Jna.orErrno(C.poll(entries, entries.length / 2, timeoutMillis));
    }

    @Override
    public int eventfd(int flags) {
        return Jna.orErrno(C.eventfd(0, flags));
    }

    @Override
    public int raise(int eventfd) {
        return Jna.orErrno(C.eventfd_write(eventfd, 1));
    }

    @Override
    public int clear(int eventfd) {
        return Jna.orErrno(C.eventfd_read(eventfd, new long[1]));
    }
}
