package dev.baton.metrics;

import dev.baton.metrics.Family.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code process_*} as Prometheus' client libraries tell it, out of proc(5). Reads files: never on an event loop. A file that
 * cannot be read leaves its metrics out.
 */
final class ProcessFamilies {
    /** USER_HZ and the page size of every Linux that Java runs on, but for 64 KiB pages on some ARM kernels. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int UTIME = 13;
    private static final int START_TIME = 21;
    private static final int VSIZE = 22;

    /** As Go's client tells a limit that there is not: all bits of 64. */
    private static final double UNLIMITED = 0x1p64;

    private ProcessFamilies() {}

    static void addTo(List<Family> families) {
        try {
            stat(families);
            status(families);
            limits(families);
            network(families);
        } catch (IOException | RuntimeException e) {
            // A kernel without these files, or with others: then nothing is told of the process.
            return;
        }
    }

    private static void stat(List<Family> families) throws IOException {
        // The name, in parentheses, may contain anything.
        String stat = read("/proc/self/stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        // The third field of proc_pid_stat(5) is the first one here.
        double ticks = Double.parseDouble(fields[UTIME - 2]) + Double.parseDouble(fields[UTIME - 1]);
        add(
                families,
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
                Kind.COUNTER,
                ticks / TICKS_PER_SECOND);
        add(
                families,
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes.",
                Kind.GAUGE,
                Double.parseDouble(fields[VSIZE - 2]));
        String boot = valueOf(read("/proc/stat"), "btime ");
        add(
                families,
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                Kind.GAUGE,
                Double.parseDouble(boot) + Double.parseDouble(fields[START_TIME - 2]) / TICKS_PER_SECOND);
    }

    private static void status(List<Family> families) throws IOException {
        String resident = valueOf(read("/proc/self/status"), "VmRSS:");
        add(
                families,
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
                Kind.GAUGE,
                Double.parseDouble(resident.replace("kB", "").strip()) * 1024);
    }

    private static void limits(List<Family> families) throws IOException {
        String[] open = new File("/proc/self/fd").list();
        if (open != null) {
            // The folder itself is open while it is listed.
            add(families, "process_open_fds", "Number of open file descriptors.", Kind.GAUGE, open.length - 1);
        }
        String limits = read("/proc/self/limits");
        add(
                families,
                "process_max_fds",
                "Maximum number of open file descriptors.",
                Kind.GAUGE,
                limit(limits, "Max open files"));
        add(
                families,
                "process_virtual_memory_max_bytes",
                "Maximum amount of virtual memory available in bytes.",
                Kind.GAUGE,
                limit(limits, "Max address space"));
    }

    private static double limit(String limits, String name) throws IOException {
        String soft = valueOf(limits, name).split(" ", -1)[0];
        return soft.equals("unlimited") ? UNLIMITED : Double.parseDouble(soft);
    }

    /** Of the network that the process is in: the pod's. The kernel's table has a line of names above each line of values. */
    private static void network(List<Family> families) throws IOException {
        String table = read("/proc/self/net/netstat");
        int names = table.indexOf("IpExt:");
        int values = table.indexOf("IpExt:", names + 1);
        if (names < 0 || values < 0) {
            return;
        }
        String[] name = lineAt(table, names).split(" ", -1);
        String[] value = lineAt(table, values).split(" ", -1);
        for (int i = 1; i < Math.min(name.length, value.length); i++) {
            if (name[i].equals("InOctets")) {
                add(
                        families,
                        "process_network_receive_bytes_total",
                        "Number of bytes received by the process over the network.",
                        Kind.COUNTER,
                        Double.parseDouble(value[i]));
            } else if (name[i].equals("OutOctets")) {
                add(
                        families,
                        "process_network_transmit_bytes_total",
                        "Number of bytes sent by the process over the network.",
                        Kind.COUNTER,
                        Double.parseDouble(value[i]));
            }
        }
    }

    private static String lineAt(String text, int start) {
        int end = text.indexOf('\n', start);
        return text.substring(start, end < 0 ? text.length() : end);
    }

    private static String read(String file) throws IOException {
        return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.US_ASCII);
    }

    private static String valueOf(String text, String name) throws IOException {
        int at = text.indexOf(name);
        if (at < 0) {
            throw new IOException("no " + name);
        }
        int end = text.indexOf('\n', at);
        return text.substring(at + name.length(), end < 0 ? text.length() : end).strip();
    }

    private static void add(List<Family> families, String name, String help, Kind kind, double value) {
        families.add(new Family(name, "", help, kind, false, "", List.of(new Point.Value(List.of(), value))));
    }
}
