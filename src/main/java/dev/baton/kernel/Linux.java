package dev.baton.kernel;

/**
 * The facilities of the kernel, behind whatever binding reaches them; tests put failing ones in their place.
 *
 * <p>The numbers in these interfaces are those of the kernel's generic headers (include/uapi/asm-generic), the same on x86-64 and aarch64
 * under any C library; the architectures that have others (alpha, mips, parisc, sparc) are none that Baton's native libraries exist for. No
 * system call goes by its number.
 */
public record Linux(
        Memory memory, Descriptors descriptors, Pipes pipes, Sockets sockets, Files files, LocalSockets localSockets) {
    /** With what the running kernel has for the rest. */
    public Linux(Memory memory, Descriptors descriptors, Pipes pipes, Sockets sockets) {
        this(memory, descriptors, pipes, sockets, new JnaFiles(), new JnaLocalSockets());
    }

    /** The running kernel. The first call loads the binding (some 20 ms of processor time in a cold JVM): call
     * it at first need or in the background, not on the way to the first answer. */
    public static Linux running() {
        return Running.LINUX;
    }

    private static final class Running {
        static final Linux LINUX = new Linux(new JnaMemory(), new JnaDescriptors(), new JnaPipes(), new JnaSockets());
    }
}
