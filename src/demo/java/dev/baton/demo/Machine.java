package dev.baton.demo;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What this run has to work with. */
final class Machine {
    private static final long USUAL_STORE = 256L << 20;
    private static final long USUAL_FUNCTIONS = 64L << 20;

    private Machine() {}

    static String description() throws IOException {
        return String.format(
                Locale.ROOT,
                "%s, %d processors, %.1f GiB, Linux %s, JDK %s",
                proc("cpuinfo", "model name", System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                memory().getTotalMemorySize() / (double) (1 << 30),
                System.getProperty("os.version"),
                Runtime.version());
    }

    /**
     * Budgets that let the file through in every way, where the memory that is free has room for them; otherwise the usual
     * ones. A container's own limit counts.
     */
    static Limits limits(long fileBytes) throws IOException {
        String available = proc("meminfo", "MemAvailable", "0 kB");
        long free = Math.min(Long.parseLong(available.replaceAll("\\D", "")) * 1024, memory().getTotalMemorySize());
        return limits(fileBytes, free);
    }

    /** Three sidecars have a store, but the file is never in all of them; one has linear memories beside it. */
    static Limits limits(long fileBytes, long free) {
        // An object takes whole size classes of memory: up to a quarter more than its bytes.
        long store = fileBytes + fileBytes / 4 + (1 << 20);
        long functions = Limits.functionsNeed(fileBytes);
        return new Limits(
                budget(store, Math.min(USUAL_STORE, free / 8), free / 3),
                budget(functions, Math.min(USUAL_FUNCTIONS, free / 8), free / 3));
    }

    private static long budget(long needed, long usual, long most) {
        return needed <= most ? Math.max(usual, needed) : usual;
    }

    private static String proc(String file, String name, String otherwise) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", file))) {
            if (line.startsWith(name)) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return otherwise;
    }

    private static OperatingSystemMXBean memory() {
        return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    }
}
