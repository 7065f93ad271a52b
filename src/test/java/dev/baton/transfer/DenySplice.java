package dev.baton.transfer;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.Assumptions;

/**
 * A seccomp filter, as a container runtime sets it, that answers splice(2) with EPERM: seccomp(2). It holds for the calling thread as long as
 * that lives, and for no other.
 */
final class DenySplice {
    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int EPERM = 1;

    /** struct seccomp_data begins with the number of the call. */
    private static final long[] LOAD_CALL = {0x20, 0, 0, 0};

    private static final long[] DENY = {0x06, 0, 0, 0x0005_0000 | EPERM};
    private static final long[] ALLOW = {0x06, 0, 0, 0x7fff_0000};

    private static final class C {
        static {
            Native.register(C.class, NativeLibrary.getProcess());
        }

        static native int prctl(int option, long argument, Pointer program, long more, long evenMore);
    }

    private DenySplice() {}

    /** For the calling thread, until its end. */
    static void here() {
        long[][] program = {LOAD_CALL, {0x15, 0, 1, spliceCall()}, DENY, ALLOW};
        try (Memory filters = new Memory(program.length * 8L);
                Memory head = new Memory(16)) {
            for (int i = 0; i < program.length; i++) {
                long at = i * 8L;
                filters.setShort(at, (short) program[i][0]);
                filters.setByte(at + 2, (byte) program[i][1]);
                filters.setByte(at + 3, (byte) program[i][2]);
                filters.setInt(at + 4, (int) program[i][3]);
            }
            head.setShort(0, (short) program.length);
            head.setPointer(8, filters);
            check("no new privileges", C.prctl(PR_SET_NO_NEW_PRIVS, 1, Pointer.NULL, 0, 0));
            check("filter", C.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0));
        }
    }

    private static void check(String what, int result) {
        if (result != 0) {
            throw new IllegalStateException(what + ": errno " + Native.getLastError());
        }
    }

    /** The call's number, which differs from architecture to architecture. */
    private static long spliceCall() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> 275;
            case "aarch64" -> 76;
            default -> Assumptions.abort("the number of splice is not known here");
        };
    }
}
