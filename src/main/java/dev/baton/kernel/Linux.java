package dev.baton.kernel;

/** The facilities of the kernel, behind whatever binding reaches them; tests put failing ones in their place. */
public record Linux(Memory memory, Descriptors descriptors) {
    /** The running kernel. The first call loads the binding (tens of milliseconds in a cold JVM): call it at first need, not at start. */
    public static Linux running() {
        return Running.LINUX;
    }

    private static final class Running {
        static final Linux LINUX = new Linux(new JnaMemory(), new JnaDescriptors());
    }
}
