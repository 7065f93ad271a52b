package dev.baton.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux knows about a process: proc(5). Any thread. */
public final class ProcessFigures {
    /** Clock ticks in a second: sysconf(_SC_CLK_TCK), 100 on every Linux architecture. */
    private static final double TICKS = 100;

    private ProcessFigures() {}

    /** User and system time so far. */
    public static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        // The name in brackets may hold blanks; utime and stime are the 14th and 15th fields.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /** Resident memory in MiB. */
    public static double rssMebibytes(long pid) throws IOException {
        return kibibytes(pid, "status", "VmRSS:") / 1024.0;
    }

    /** Proportional share of resident memory in MiB: pages that several processes share are divided among them. */
    static double pssMebibytes(long pid) throws IOException {
        return kibibytes(pid, "smaps_rollup", "Pss:") / 1024.0;
    }

    static int threads(long pid) throws IOException {
        return Integer.parseInt(value(pid, "status", "Threads:"));
    }

    /** Of the whole machine, over the last minute: how many threads wanted a processor. */
    static String loadAverage() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    }

    private static long kibibytes(long pid, String file, String name) throws IOException {
        return Long.parseLong(value(pid, file, name).split(" ", -1)[0]);
    }

    private static String value(long pid, String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), file))) {
            if (line.startsWith(name)) {
                return line.substring(name.length()).strip();
            }
        }
        throw new IOException("no " + name + " in /proc/" + pid + "/" + file);
    }
}
