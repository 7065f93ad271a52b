package dev.baton.sdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls of the hand-over, by the foreign function API; nothing else in this package calls native code. Loading it fails on
 * another system and where native access is not allowed: the client then goes over HTTP. Any thread; socket calls block, and pin the
 * carrier of a virtual thread meanwhile.
 */
// Restricted methods are what this class is for; the JVM asks for --enable-native-access.
@SuppressWarnings("restricted")
final class LinuxCalls {
    static final int AF_UNIX = 1;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    /** Since Linux 6.3; older kernels answer EINVAL. */
    private static final int MFD_NOEXEC_SEAL = 8;

    private static final int F_ADD_SEALS = 1033;
    /** Seal, shrink, grow, write. */
    private static final int ALL_SEALS = 1 | 2 | 4 | 8;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private static final int EINTR = 4;
    private static final int EINVAL = 22;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            call("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SENDMSG =
            call("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            call("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            call("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            call("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle PWRITE =
            call("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FCNTL = call(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle MMAP =
            call("mmap", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP = call("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private LinuxCalls() {}

    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(options, 0, all, 1, options.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }

    /** A call that gives a result, or −1 and errno. */
    @FunctionalInterface
    private interface Call {
        long on(MemorySegment state) throws Throwable;
    }

    /** The result, or −errno. Anew after EINTR. */
    private static long result(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            while (true) {
                long result = call.on(state);
                if (result != -1) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != EINTR) {
                    return -errno;
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new LinkageError("a system call threw", impossible);
        }
    }

    private static long check(String name, long result) throws IOException {
        if (result < 0) {
            throw new IOException(name + ": errno " + -result);
        }
        return result;
    }

    static int socket() throws IOException {
        return (int) check(
                "socket", result(state -> (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)));
    }

    static void connect(int fd, MemorySegment address) throws IOException {
        check("connect", result(state -> (int) CONNECT.invokeExact(state, fd, address, (int) address.byteSize())));
    }

    static void send(int fd, MemorySegment message) throws IOException {
        check("sendmsg", result(state -> (long) SENDMSG.invokeExact(state, fd, message, MSG_NOSIGNAL)));
    }

    /** Bytes received; 0 at the end. */
    static long receive(int fd, MemorySegment message) throws IOException {
        return check("recvmsg", result(state -> (long) RECVMSG.invokeExact(state, fd, message, MSG_CMSG_CLOEXEC)));
    }

    /** On Linux the number is free whatever close says. */
    static void close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), fd);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new LinkageError("a system call threw", impossible);
        }
    }

    /** A file in memory of that many bytes, all zero. */
    static int memoryFile(long size) throws IOException {
        int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
        int fd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom("baton-draft");
            long result = result(state -> (int) MEMFD_CREATE.invokeExact(state, name, flags | MFD_NOEXEC_SEAL));
            if (result == -EINVAL) {
                result = result(state -> (int) MEMFD_CREATE.invokeExact(state, name, flags));
            }
            fd = (int) check("memfd_create", result);
        }
        try {
            check("ftruncate", result(state -> (int) FTRUNCATE.invokeExact(state, fd, size)));
            return fd;
        } catch (IOException e) {
            close(fd);
            throw e;
        }
    }

    /** Writes native memory to a place of the file. Fresh pages cost less in this way than touched through a mapping. */
    static void write(int fd, MemorySegment bytes, long offset) throws IOException {
        for (long done = 0; done < bytes.byteSize(); ) {
            MemorySegment rest = bytes.asSlice(done);
            long at = offset + done;
            done += check("pwrite", result(state -> (long) PWRITE.invokeExact(state, fd, rest, rest.byteSize(), at)));
        }
    }

    /** Nobody changes the file from now on. Nothing may have it mapped for writing. */
    static void seal(int fd) throws IOException {
        check("fcntl", result(state -> (int) FCNTL.invokeExact(state, fd, F_ADD_SEALS, ALL_SEALS)));
    }

    /** The file's bytes as memory, unmapped when the arena is closed. */
    static MemorySegment map(int fd, long size, boolean writable, Arena arena) throws IOException {
        if (size == 0) {
            return MemorySegment.NULL;
        }
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        long address = check("mmap", result(state ->
                (long) MMAP.invokeExact(state, MemorySegment.NULL, size, protection, MAP_SHARED, fd, 0L)));
        MemorySegment mapped = MemorySegment.ofAddress(address).reinterpret(size, arena, LinuxCalls::unmap);
        return writable ? mapped : mapped.asReadOnly();
    }

    private static void unmap(MemorySegment mapped) {
        result(state -> (int) MUNMAP.invokeExact(state, mapped, mapped.byteSize()));
    }
}
