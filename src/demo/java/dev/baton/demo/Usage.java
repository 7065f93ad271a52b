package dev.baton.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the kernel says about one process (proc_pid_stat(5), proc_pid_status(5)).
 *
 * @param cpu user and system time since its start; the kernel counts in steps of 10 ms
 * @param peakBytes the most memory that was resident since the last {@link #resetPeak}, shared pages included
 */
record Usage(Duration cpu, long peakBytes) {
    static Usage of(Process process) throws IOException {
        Duration cpu = process.info().totalCpuDuration().orElse(Duration.ZERO);
        for (String line : Files.readAllLines(proc(process, "status"))) {
            if (line.startsWith("VmHWM:")) {
                return new Usage(cpu, Long.parseLong(line.replaceAll("\\D", "")) * 1024);
            }
        }
        return new Usage(cpu, 0);
    }

    /** The peak counts anew from here; where the kernel does not offer that, it goes on counting from the start. */
    static void resetPeak(Process process) {
        try {
            Files.writeString(proc(process, "clear_refs"), "5");
        } catch (IOException e) {
            // Not every kernel has it, and a peak since the start is a peak as well.
        }
    }

    private static Path proc(Process process, String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }
}
