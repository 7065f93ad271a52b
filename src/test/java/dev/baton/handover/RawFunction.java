package dev.baton.handover;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A function that speaks to the socket by system calls of its own, and may say and send whatever it likes. */
final class RawFunction implements AutoCloseable {
    static final int SEAL = 1;
    static final int SHRINK = 2;
    static final int GROW = 4;
    static final int WRITE = 8;
    static final int ALL_SEALS = SEAL | SHRINK | GROW | WRITE;

    static final int ALLOW_SEALING = 2;
    static final int HUGETLB = 4;

    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_PATH = 0x200000;

    /** The C library, as it is. */
    static final class C {
        static {
            Native.register(C.class, NativeLibrary.getProcess());
        }

        static native int socket(int domain, int type, int protocol);

        static native int socketpair(int domain, int type, int protocol, int[] pair);

        static native int connect(int fd, byte[] address, int length);

        static native long sendmsg(int fd, Pointer message, int flags);

        static native long recvmsg(int fd, Pointer message, int flags);

        static native int memfd_create(String name, int flags);

        static native int ftruncate(int fd, long length);

        static native int fallocate(int fd, int mode, long offset, long length);

        static native int fcntl(int fd, int command, int argument);

        static native int open(String path, int flags);

        static native int pipe(int[] ends);

        static native long pwrite(int fd, byte[] bytes, long count, long offset);

        static native long pread(int fd, byte[] bytes, long count, long offset);

        static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

        static native int munmap(long address, long length);

        static native int close(int fd);
    }

    record Reply(String text, List<Integer> descriptors) {
        int status() {
            return Integer.parseInt(text.substring(0, 3));
        }

        String field(String name) {
            return text.lines()
                    .filter(line -> line.startsWith(name + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse("");
        }

        String body() {
            return text.substring(text.indexOf("\n\n") + 2);
        }

        int descriptor() {
            if (descriptors.size() != 1) {
                throw new AssertionError(descriptors.size() + " descriptors with " + text);
            }
            return descriptors.getFirst();
        }
    }

    private final int socket;

    RawFunction(HandoverPod pod) {
        socket = C.socket(1, 5 | 0x80000, 0);
        byte[] name = pod.socket.getBytes(StandardCharsets.US_ASCII);
        byte[] address = new byte[3 + name.length];
        address[0] = 1;
        System.arraycopy(name, 0, address, 3, name.length);
        if (C.connect(socket, address, address.length) != 0) {
            throw new AssertionError("connect: errno " + Native.getLastError());
        }
    }

    Reply ask(String text, int... descriptors) {
        send(text, descriptors);
        Reply reply = receive();
        if (reply == null) {
            throw new AssertionError("the connection was closed");
        }
        return reply;
    }

    void send(String text, int... descriptors) {
        if (!send(socket, text.getBytes(StandardCharsets.ISO_8859_1), descriptors)) {
            throw new AssertionError("sendmsg: errno " + Native.getLastError());
        }
    }

    static boolean send(int socket, byte[] text, int... descriptors) {
        try (Memory bytes = new Memory(Math.max(1, text.length));
                Memory control = new Memory(16 + 4L * (descriptors.length + 1))) {
            bytes.write(0, text, 0, text.length);
            control.clear();
            control.setLong(0, 16 + 4L * descriptors.length);
            control.setInt(8, 1);
            control.setInt(12, 1);
            control.write(16, descriptors, 0, descriptors.length);
            long controlBytes = (16 + 4L * descriptors.length + 7) & -8;
            try (Message message =
                    new Message(bytes, text.length, control, descriptors.length == 0 ? 0 : controlBytes)) {
                return C.sendmsg(socket, message.header, 0x4000) >= 0;
            }
        }
    }

    /** Null when the connection has been closed. */
    Reply receive() {
        try (Memory bytes = new Memory(8192);
                Memory control = new Memory(64);
                Message message = new Message(bytes, 8192, control, 64)) {
            long length = C.recvmsg(socket, message.header, 0x40000000);
            if (length <= 0) {
                return null;
            }
            List<Integer> descriptors = new ArrayList<>();
            if (message.header.getLong(40) >= 16) {
                for (long at = 16; at + 4 <= control.getLong(0); at += 4) {
                    descriptors.add(control.getInt(at));
                }
            }
            return new Reply(new String(bytes.getByteArray(0, (int) length), StandardCharsets.UTF_8), descriptors);
        }
    }

    private static final class Message implements AutoCloseable {
        final Memory header = new Memory(56 + 16);

        Message(Memory bytes, long length, Memory control, long controlBytes) {
            header.clear();
            header.setPointer(16, header.share(56));
            header.setLong(24, 1);
            header.setPointer(32, controlBytes == 0 ? Pointer.NULL : control);
            header.setLong(40, controlBytes);
            header.setPointer(56, bytes);
            header.setLong(64, length);
        }

        @Override
        public void close() {
            header.close();
        }
    }

    /** A memfd with these bytes at its start and these seals. */
    static int memfd(String name, long size, byte[] bytes, int seals) {
        int fd = C.memfd_create(name, ALLOW_SEALING | 1);
        if (fd < 0 || C.ftruncate(fd, size) != 0 || C.pwrite(fd, bytes, bytes.length, 0) != bytes.length) {
            throw new AssertionError("memfd: errno " + Native.getLastError());
        }
        if (seals != 0 && C.fcntl(fd, 1033, seals) != 0) {
            throw new AssertionError("seals: errno " + Native.getLastError());
        }
        return fd;
    }

    /** What /proc calls an open descriptor. */
    static String named(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many descriptors of this process, which is both function and sidecar, are of that file. */
    static long open(String named) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).toString().equals(named);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        C.close(socket);
    }
}
