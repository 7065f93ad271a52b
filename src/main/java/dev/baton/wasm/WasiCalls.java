package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * WASI preview 1 as far as a function needs it: body on stdin, answer on stdout, stderr to the log, clocks of 1 ms, random numbers, sleep, exit.
 * No arguments but the function's name, no environment, no file system, no sockets: those calls link and answer WasiErrno.ENOSYS or WasiErrno.EBADF.
 *
 * @see <a href="https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md">WASI preview 1</a>
 */
final class WasiCalls {
    static final String MODULE = "wasi_snapshot_preview1";

    private static final int RANDOM_PART = 4096;

    static final List<HostCall> ALL = List.of(
            call("args_get", "ii:i", WasiCalls::argsGet),
            call("args_sizes_get", "ii:i", (guest, a) -> pair(guest, a, 1, name(guest).length)),
            call("environ_get", "ii:i", (guest, a) -> WasiErrno.SUCCESS),
            call("environ_sizes_get", "ii:i", (guest, a) -> pair(guest, a, 0, 0)),
            call("clock_res_get", "ii:i", WasiClocks::resolution),
            call("clock_time_get", "iIi:i", WasiClocks::time),
            call("fd_read", "iiii:i", WasiStreams::fdRead),
            call("fd_write", "iiii:i", WasiStreams::fdWrite),
            call("fd_close", "i:i", (guest, a) -> WasiStreams.standard(a) ? WasiErrno.SUCCESS : WasiErrno.EBADF),
            call("fd_seek", "iIii:i", (guest, a) -> WasiStreams.standard(a) ? WasiErrno.ESPIPE : WasiErrno.EBADF),
            call("fd_fdstat_get", "ii:i", WasiStreams::fdstatGet),
            call(
                    "fd_fdstat_set_flags",
                    "ii:i",
                    (guest, a) -> WasiStreams.standard(a) ? WasiErrno.SUCCESS : WasiErrno.EBADF),
            call("fd_filestat_get", "ii:i", WasiStreams::filestatGet),
            call("fd_prestat_get", "ii:i", (guest, a) -> WasiErrno.EBADF),
            call("fd_prestat_dir_name", "iii:i", (guest, a) -> WasiErrno.EBADF),
            call("poll_oneoff", "iiii:i", WasiClocks::pollOneoff),
            call("proc_exit", "i:", WasiCalls::procExit),
            call("random_get", "ii:i", WasiCalls::randomGet),
            call("sched_yield", ":i", (guest, a) -> WasiErrno.SUCCESS));

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

    /** A call that answers WasiErrno.ENOSYS, for what preview 1 has and this host has not; null for unknown names. */
    static @Nullable HostCall absent(ModuleScan.Import wanted) {
        return wanted.module().equals(MODULE)
                        && ABSENT.contains(wanted.name())
                        && wanted.signature().endsWith(":i")
                ? call(wanted.name(), wanted.signature(), (guest, a) -> WasiErrno.ENOSYS)
                : null;
    }

    private static HostCall call(String name, String signature, HostCall.Body body) {
        return new HostCall(MODULE, name, signature, body);
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
            return WasiErrno.EFAULT;
        }
        memory.writeI32((int) a[0], (int) a[1]);
        memory.write((int) a[1], name);
        return WasiErrno.SUCCESS;
    }

    private static long pair(Guest guest, long[] a, int first, int second) {
        LinearMemory memory = guest.memory();
        if (!memory.holds((int) a[0], Integer.BYTES) || !memory.holds((int) a[1], Integer.BYTES)) {
            return WasiErrno.EFAULT;
        }
        memory.writeI32((int) a[0], first);
        memory.writeI32((int) a[1], second);
        return WasiErrno.SUCCESS;
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
            return WasiErrno.EFAULT;
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
        return WasiErrno.SUCCESS;
    }
}
