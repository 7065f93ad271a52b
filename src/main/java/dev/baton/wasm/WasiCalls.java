package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * WASI preview 1 as far as a function needs it: body on stdin, answer on stdout, stderr to the log, clocks of 1 ms, random numbers, sleep, exit.
 * No arguments but the function's name, no environment, no file system, no sockets: those calls link and answer ENOSYS or EBADF.
 *
 * @see <a href="https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md">WASI preview 1</a>
 */
final class WasiCalls {
    static final String MODULE = "wasi_snapshot_preview1";

    private static final int SUCCESS = 0;
    private static final int EBADF = 8;
    private static final int EFAULT = 21;
    private static final int EINVAL = 28;
    private static final int ENOSYS = 52;
    private static final int ESPIPE = 70;

    private static final int STDIN = 0;
    private static final int STDERR = 2;
    private static final int VECTORS_MAX = 1024;
    private static final int LOG_MAX = 8192;
    private static final int SUBSCRIPTIONS_MAX = 256;
    private static final int RANDOM_PART = 4096;
    private static final byte CHARACTER_DEVICE = 2;
    private static final long RIGHT_READ_WRITE = 1 << 1 | 1 << 6;

    static final List<HostCall> ALL = List.of(
            call("args_get", "ii:i", WasiCalls::argsGet),
            call("args_sizes_get", "ii:i", (guest, a) -> pair(guest, a, 1, name(guest).length)),
            call("environ_get", "ii:i", (guest, a) -> SUCCESS),
            call("environ_sizes_get", "ii:i", (guest, a) -> pair(guest, a, 0, 0)),
            call(
                    "clock_res_get",
                    "ii:i",
                    (guest, a) -> time(guest, (int) a[0], (int) a[1], TimeUnit.MILLISECONDS.toNanos(1))),
            call("clock_time_get", "iIi:i", (guest, a) -> time(guest, (int) a[0], (int) a[2], now((int) a[0]))),
            call("fd_read", "iiii:i", WasiCalls::fdRead),
            call("fd_write", "iiii:i", WasiCalls::fdWrite),
            call("fd_close", "i:i", (guest, a) -> standard(a) ? SUCCESS : EBADF),
            call("fd_seek", "iIii:i", (guest, a) -> standard(a) ? ESPIPE : EBADF),
            call("fd_fdstat_get", "ii:i", WasiCalls::fdstatGet),
            call("fd_fdstat_set_flags", "ii:i", (guest, a) -> standard(a) ? SUCCESS : EBADF),
            call("fd_filestat_get", "ii:i", WasiCalls::filestatGet),
            call("fd_prestat_get", "ii:i", (guest, a) -> EBADF),
            call("fd_prestat_dir_name", "iii:i", (guest, a) -> EBADF),
            call("poll_oneoff", "iiii:i", WasiCalls::pollOneoff),
            call("proc_exit", "i:", WasiCalls::procExit),
            call("random_get", "ii:i", WasiCalls::randomGet),
            call("sched_yield", ":i", (guest, a) -> SUCCESS));

    /** The rest of preview 1, for which there is nothing behind. */
    private static final Set<String> ABSENT = Set.of(
            "fd_advise",
            "fd_allocate",
            "fd_datasync",
            "fd_fdstat_set_rights",
            "fd_filestat_set_size",
            "fd_filestat_set_times",
            "fd_pread",
            "fd_pwrite",
            "fd_readdir",
            "fd_renumber",
            "fd_sync",
            "fd_tell",
            "path_create_directory",
            "path_filestat_get",
            "path_filestat_set_times",
            "path_link",
            "path_open",
            "path_readlink",
            "path_remove_directory",
            "path_rename",
            "path_symlink",
            "path_unlink_file",
            "proc_raise",
            "sock_accept",
            "sock_recv",
            "sock_send",
            "sock_shutdown");

    private WasiCalls() {}

    /** A call that answers ENOSYS, for what preview 1 has and this host has not; null for unknown names. */
    static @Nullable HostCall absent(ModuleScan.Import wanted) {
        return wanted.module().equals(MODULE)
                        && ABSENT.contains(wanted.name())
                        && wanted.signature().endsWith(":i")
                ? call(wanted.name(), wanted.signature(), (guest, a) -> ENOSYS)
                : null;
    }

    private static HostCall call(String name, String signature, HostCall.Body body) {
        return new HostCall(MODULE, name, signature, body);
    }

    private static boolean standard(long[] a) {
        return a[0] >= STDIN && a[0] <= STDERR;
    }

    /** The only argument: the function's name, with its closing NUL. */
    private static byte[] name(Guest guest) {
        byte[] name = guest.function().name().getBytes(UTF_8);
        return Arrays.copyOf(name, name.length + 1);
    }

    private static long argsGet(Guest guest, long[] a) {
        byte[] name = name(guest);
        LinearMemory memory = guest.memory();
        if (!memory.holds((int) a[0], Integer.BYTES) || !memory.holds((int) a[1], name.length)) {
            return EFAULT;
        }
        memory.writeI32((int) a[0], (int) a[1]);
        memory.write((int) a[1], name);
        return SUCCESS;
    }

    private static long pair(Guest guest, long[] a, int first, int second) {
        LinearMemory memory = guest.memory();
        if (!memory.holds((int) a[0], Integer.BYTES) || !memory.holds((int) a[1], Integer.BYTES)) {
            return EFAULT;
        }
        memory.writeI32((int) a[0], first);
        memory.writeI32((int) a[1], second);
        return SUCCESS;
    }

    /** Whole milliseconds: finer clocks would let a guest watch what else the process does. 0 is the wall clock, 1 the monotonic one. */
    private static long now(int clock) {
        long millis = clock == 0 ? System.currentTimeMillis() : TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static long time(Guest guest, int clock, int out, long nanos) {
        if (clock != 0 && clock != 1) {
            return EINVAL;
        }
        if (!guest.memory().holds(out, Long.BYTES)) {
            return EFAULT;
        }
        guest.memory().writeLong(out, nanos);
        return SUCCESS;
    }

    private static long fdRead(Guest guest, long[] a) {
        LinearMemory memory = guest.memory();
        int vectors = (int) a[1];
        int count = (int) a[2];
        int out = (int) a[3];
        if (a[0] != STDIN) {
            return EBADF;
        }
        int wrong = checkVectors(memory, vectors, count, out);
        if (wrong != SUCCESS) {
            return wrong;
        }
        int read = 0;
        GuestInput input = guest.input();
        for (int i = 0; i < count && input != null && read == 0; i++) {
            int length = memory.readInt(vectors + 8 * i + 4);
            if (length != 0) {
                // One wait at most: like a pipe, it gives what there is.
                read = read(guest, input, memory.readInt(vectors + 8 * i), length < 0 ? Integer.MAX_VALUE : length);
                if (read < 0) {
                    break;
                }
            }
        }
        memory.writeI32(out, Math.max(0, read));
        return SUCCESS;
    }

    private static int read(Guest guest, GuestInput input, int at, int most) {
        CallChain chain = guest.chain();
        try {
            return input.read(guest.memory(), at, most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        }
    }

    private static long fdWrite(Guest guest, long[] a) {
        LinearMemory memory = guest.memory();
        int vectors = (int) a[1];
        int count = (int) a[2];
        int out = (int) a[3];
        if (!standard(a) || a[0] == STDIN) {
            return EBADF;
        }
        int wrong = checkVectors(memory, vectors, count, out);
        if (wrong != SUCCESS) {
            return wrong;
        }
        int written = 0;
        for (int i = 0; i < count; i++) {
            int at = memory.readInt(vectors + 8 * i);
            int length = memory.readInt(vectors + 8 * i + 4);
            GuestOutput output = guest.output();
            if (a[0] == STDERR || output == null) {
                int shown = Math.min(length, LOG_MAX);
                if (shown > 0) {
                    guest.function().log(a[0] == STDERR ? 2 : 1, memory.readString(at, shown, UTF_8));
                }
            } else if (length > 0) {
                write(guest, output, at, length);
            }
            written += length;
        }
        memory.writeI32(out, written);
        return SUCCESS;
    }

    private static void write(Guest guest, GuestOutput output, int at, int length) {
        CallChain chain = guest.chain();
        try {
            output.part(guest.memory(), at, length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        }
    }

    /** Checks the array of vectors, where the result goes, and each vector's region. */
    private static int checkVectors(LinearMemory memory, int vectors, int count, int out) {
        if (count < 0 || count > VECTORS_MAX) {
            return EINVAL;
        }
        if (!memory.holds(vectors, 8 * count) || !memory.holds(out, Integer.BYTES)) {
            return EFAULT;
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int length = memory.readInt(vectors + 8 * i + 4);
            if (!memory.holds(memory.readInt(vectors + 8 * i), length)) {
                return EFAULT;
            }
            sum += length;
        }
        return sum > Integer.MAX_VALUE ? EINVAL : SUCCESS;
    }

    private static long fdstatGet(Guest guest, long[] a) {
        if (!standard(a)) {
            return EBADF;
        }
        int out = (int) a[1];
        LinearMemory memory = guest.memory();
        if (!memory.holds(out, 24)) {
            return EFAULT;
        }
        memory.write(out, new byte[24]);
        memory.writeByte(out, CHARACTER_DEVICE);
        memory.writeLong(out + 8, RIGHT_READ_WRITE);
        return SUCCESS;
    }

    private static long filestatGet(Guest guest, long[] a) {
        if (!standard(a)) {
            return EBADF;
        }
        int out = (int) a[1];
        if (!guest.memory().holds(out, 64)) {
            return EFAULT;
        }
        guest.memory().write(out, new byte[64]);
        guest.memory().writeByte(out + 16, CHARACTER_DEVICE);
        return SUCCESS;
    }

    private static long procExit(Guest guest, long[] a) {
        throw a[0] == 0
                ? new GuestException(GuestException.Kind.EXITED, "the function exited without an answer")
                : new GuestException(GuestException.Kind.FAILED, "the function exited with code " + (int) a[0]);
    }

    private static long randomGet(Guest guest, long[] a) {
        int at = (int) a[0];
        int length = (int) a[1];
        LinearMemory memory = guest.memory();
        if (!memory.holds(at, length)) {
            return EFAULT;
        }
        SecureRandom random = new SecureRandom();
        byte[] part = new byte[Math.min(length, RANDOM_PART)];
        for (int done = 0; done < length; done += part.length) {
            if (Thread.currentThread().isInterrupted()) {
                throw guest.chain().clock().explain();
            }
            random.nextBytes(part);
            memory.write(at + done, part, 0, Math.min(part.length, length - done));
        }
        return SUCCESS;
    }

    /** Subscriptions to descriptors are always ready; without any it sleeps until the first clock. */
    private static long pollOneoff(Guest guest, long[] a) {
        int in = (int) a[0];
        int out = (int) a[1];
        int count = (int) a[2];
        LinearMemory memory = guest.memory();
        if (count <= 0 || count > SUBSCRIPTIONS_MAX) {
            return EINVAL;
        }
        if (!memory.holds(in, 48 * count)
                || !memory.holds(out, 32 * count)
                || !memory.holds((int) a[3], Integer.BYTES)) {
            return EFAULT;
        }
        long[] waits = new long[count];
        long least = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            waits[i] = wait(memory, in + 48 * i);
            least = Math.min(least, waits[i]);
        }
        sleep(guest, least);
        int events = 0;
        for (int i = 0; i < count; i++) {
            if (waits[i] <= least) {
                int event = out + 32 * events++;
                memory.write(event, new byte[32]);
                memory.writeLong(event, memory.readLong(in + 48 * i));
                memory.writeByte(event + 10, memory.read(in + 48 * i + 8));
            }
        }
        memory.writeI32((int) a[3], events);
        return SUCCESS;
    }

    private static long wait(LinearMemory memory, int subscription) {
        if (memory.read(subscription + 8) != 0) {
            return 0;
        }
        long timeout = memory.readLong(subscription + 24);
        boolean absolute = (memory.readShort(subscription + 40) & 1) != 0;
        long wait = absolute ? timeout - now(memory.readInt(subscription + 16)) : timeout;
        return timeout < 0 ? Long.MAX_VALUE : Math.max(0, wait); // An unsigned number: the negative ones are centuries.
    }

    private static void sleep(Guest guest, long nanos) {
        CallChain chain = guest.chain();
        try {
            if (nanos > 0) {
                TimeUnit.NANOSECONDS.sleep(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw chain.clock().explain();
        }
    }
}
