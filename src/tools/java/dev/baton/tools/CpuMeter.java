package dev.baton.tools;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time that a process uses from now on, to the nanosecond: the kernel's schedstat of each thread, because the ticks of
 * /proc/PID/stat are as long as some of what is measured. What a thread uses that ends meanwhile is missed. Any thread.
 */
final class CpuMeter {
    private final long pid;
    private final Map<String, Long> before;

    private CpuMeter(long pid, Map<String, Long> before) {
        this.pid = pid;
        this.before = before;
    }

    static CpuMeter start(long pid) throws IOException {
        return new CpuMeter(pid, nanosOfThreads(pid));
    }

    /** Used since the start. */
    double seconds() throws IOException {
        long nanos = 0;
        for (Map.Entry<String, Long> thread : nanosOfThreads(pid).entrySet()) {
            nanos += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return nanos / 1e9;
    }

    private static Map<String, Long> nanosOfThreads(long pid) throws IOException {
        Map<String, Long> nanos = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                try {
                    String used = Files.readString(thread.resolve("schedstat"));
                    nanos.put(thread.toString(), Long.parseLong(used.substring(0, used.indexOf(' '))));
                } catch (NoSuchFileException ended) {
                    // Between the listing and the reading.
                }
            }
        }
        return nanos;
    }
}
