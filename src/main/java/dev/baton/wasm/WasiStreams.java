package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The descriptors that a WASI command has: the request's body on stdin, its answer on stdout, the log on stderr. Guest thread only. */
final class WasiStreams {
    private static final int STDIN = 0;
    private static final int STDERR = 2;
    private static final int VECTORS_MAX = 1024;
    private static final int LOG_MAX = 8192;
    private static final byte CHARACTER_DEVICE = 2;
    private static final long RIGHT_READ_WRITE = 1 << 1 | 1 << 6;

    private WasiStreams() {}

    /** Whether the call's first argument is one of the three. */
    static boolean standard(long[] a) {
        return a[0] >= STDIN && a[0] <= STDERR;
    }

    static long fdRead(Guest guest, long[] a) {
        LinearMemory memory = guest.memory();
        int vectors = (int) a[1];
        int count = (int) a[2];
        int out = (int) a[3];
        if (a[0] != STDIN) {
            return WasiErrno.EBADF;
        }
        int wrong = checkVectors(memory, vectors, count, out);
        if (wrong != WasiErrno.SUCCESS) {
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
        return WasiErrno.SUCCESS;
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

    static long fdWrite(Guest guest, long[] a) {
        LinearMemory memory = guest.memory();
        int vectors = (int) a[1];
        int count = (int) a[2];
        int out = (int) a[3];
        if (!standard(a) || a[0] == STDIN) {
            return WasiErrno.EBADF;
        }
        int wrong = checkVectors(memory, vectors, count, out);
        if (wrong != WasiErrno.SUCCESS) {
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
        return WasiErrno.SUCCESS;
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
            return WasiErrno.EINVAL;
        }
        if (!memory.holds(vectors, 8 * count) || !memory.holds(out, Integer.BYTES)) {
            return WasiErrno.EFAULT;
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int length = memory.readInt(vectors + 8 * i + 4);
            if (!memory.holds(memory.readInt(vectors + 8 * i), length)) {
                return WasiErrno.EFAULT;
            }
            sum += length;
        }
        return sum > Integer.MAX_VALUE ? WasiErrno.EINVAL : WasiErrno.SUCCESS;
    }

    static long fdstatGet(Guest guest, long[] a) {
        if (!standard(a)) {
            return WasiErrno.EBADF;
        }
        int out = (int) a[1];
        LinearMemory memory = guest.memory();
        if (!memory.holds(out, 24)) {
            return WasiErrno.EFAULT;
        }
        memory.write(out, new byte[24]);
        memory.writeByte(out, CHARACTER_DEVICE);
        memory.writeLong(out + 8, RIGHT_READ_WRITE);
        return WasiErrno.SUCCESS;
    }

    static long filestatGet(Guest guest, long[] a) {
        if (!standard(a)) {
            return WasiErrno.EBADF;
        }
        int out = (int) a[1];
        if (!guest.memory().holds(out, 64)) {
            return WasiErrno.EFAULT;
        }
        guest.memory().write(out, new byte[64]);
        guest.memory().writeByte(out + 16, CHARACTER_DEVICE);
        return WasiErrno.SUCCESS;
    }
}
