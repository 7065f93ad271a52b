package dev.baton.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Binds native methods to the C library through JNA. Costs some 20 ms of processor time in a cold JVM, at the first binding. */
final class Jna {
    static {
        // Otherwise JNA asks a child process, ldconfig, where libraries are. None is looked for: see below.
        if (System.getProperty("jna.platform.library.path") == null) {
            System.setProperty("jna.platform.library.path", "");
        }
    }

    private Jna() {}

    /**
     * Binds the static native methods of a class to the functions of their names (JNA's direct mapping). They give what C gives; after −1,
     * {@link #orErrno} finds the reason.
     */
    static void bind(Class<?> functions) {
        // The process itself has the C library loaded, under whatever name it has on this system.
        Native.register(functions, NativeLibrary.getProcess());
    }

    /** A result, or −errno. JNA keeps errno per thread right after each call, so nothing that the JVM does in between changes it. */
    static int orErrno(int result) {
        return result == -1 ? -Native.getLastError() : result;
    }

    /** A result, or −errno. */
    static long orErrno(long result) {
        return result == -1 ? -Native.getLastError() : result;
    }
}
