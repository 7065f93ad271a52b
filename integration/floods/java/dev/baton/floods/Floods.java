package dev.baton.floods;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Lets each {@link Flood} loose on a sidecar from one abusive connection after the other, and prints what it cost: the time until
 * a connection was closed, the sidecar's processor time for it, and the 99th percentile of {@link Others}' latencies in phases with
 * the flood and in quiet ones, which take turns. Exit code 1 if a promise was broken.
 */
public final class Floods {
    private static final int CLOSED_MILLIS = 1000;
    private static final int CPU_MILLIS = 50;
    private static final double P99_RATIO = 2;

    private static final double PHASE_SECONDS = 1.5;
    private static final int PAUSE_MILLIS = 100;
    private static final double WARM_UP_SECONDS = 10;
    private static final int WARM_UP_CONNECTIONS = 150;
    private static final int REST_LOOK_MILLIS = 500;
    private static final int REST_LOOKS = 4;
    private static final int REST_LOOKS_MAX = 60;

    private final int port;
    private final Path process;
    private final String load;
    private final int rounds;
    private final BufferedReader said;
    private final PrintWriter wish;
    private final List<String> broken = new ArrayList<>();

    private Floods(String[] arguments, Process abuser) {
        port = Integer.parseInt(arguments[0]);
        process = Path.of("/proc", arguments[1]);
        load = arguments[2];
        rounds = Integer.parseInt(arguments[3]);
        said = abuser.inputReader(StandardCharsets.US_ASCII);
        wish = new PrintWriter(abuser.outputWriter(StandardCharsets.US_ASCII), true);
    }

    /**
     * {@code PORT PID LOAD ROUNDS [FLOOD...]}: the sidecar's port and process, the program that is the other clients, and how many
     * phases of each kind every flood has.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Flood[] wanted = arguments.length == 4
                ? Flood.values()
                : Arrays.stream(arguments, 4, arguments.length)
                        .map(Flood::valueOf)
                        .toArray(Flood[]::new);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process abuser = new ProcessBuilder(
                        "nice",
                        "-n",
                        "19",
                        java,
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Abuser.class.getName(),
                        arguments[0])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Floods floods = new Floods(arguments, abuser);
        try {
            floods.run(wanted);
        } finally {
            abuser.destroyForcibly();
        }
        floods.broken.forEach(System.err::println);
        System.exit(floods.broken.isEmpty() ? 0 : 1);
    }

    private void run(Flood[] wanted) throws IOException, InterruptedException {
        try (Others others = Others.inHaste(load, port, WARM_UP_SECONDS)) {
            others.p99Millis();
        }
        for (Flood flood : wanted) {
            for (int i = 0; i < WARM_UP_CONNECTIONS; i++) {
                abuse(flood);
            }
        }
        awaitRest();
        System.out.println("| flood | connections | closed after ms, median (worst) | sidecar's CPU ms for one |"
                + " others' p99 ms, quiet | flooded | ratio |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|");
        for (Flood flood : wanted) {
            measure(flood);
        }
    }

    /** What the warm-up has made worth compiling is compiled behind it, on the processor that serves. */
    private void awaitRest() throws IOException, InterruptedException {
        int quiet = 0;
        for (int i = 0; i < REST_LOOKS_MAX && quiet < REST_LOOKS; i++) {
            long cpu = cpuNanos();
            Thread.sleep(REST_LOOK_MILLIS);
            quiet = cpuNanos() - cpu < REST_LOOK_MILLIS * 1_000_000L / 20 ? quiet + 1 : 0;
        }
    }

    private void measure(Flood flood) throws IOException, InterruptedException {
        double[] quiet = new double[rounds];
        double[] flooded = new double[rounds];
        List<Double> millis = new ArrayList<>();
        long quietCpu = 0;
        long quietNanos = 0;
        long floodedCpu = 0;
        long floodedNanos = 0;
        for (int i = 0; i < rounds; i++) {
            long from = System.nanoTime();
            long cpu = cpuNanos();
            try (Others others = Others.start(load, port, PHASE_SECONDS)) {
                quiet[i] = others.p99Millis();
            }
            quietCpu += cpuNanos() - cpu;
            quietNanos += System.nanoTime() - from;

            from = System.nanoTime();
            cpu = cpuNanos();
            try (Others others = Others.start(load, port, PHASE_SECONDS)) {
                while (others.running()) {
                    millis.add(abuse(flood));
                    Thread.sleep(PAUSE_MILLIS);
                }
                flooded[i] = others.p99Millis();
            }
            floodedCpu += cpuNanos() - cpu;
            floodedNanos += System.nanoTime() - from;
        }
        int connections = millis.size();
        double cpu = floodedCpu - (double) quietCpu / quietNanos * floodedNanos;
        report(flood, millis, Math.max(0, cpu / 1e6 / connections), median(quiet), median(flooded));
    }

    private void report(Flood flood, List<Double> millis, double cpu, double quiet, double flooded) {
        double[] closed =
                millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        String name = flood.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        double worst = closed[closed.length - 1];
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f (%.1f) | %.1f | %.2f | %.2f | %.2f |%n",
                name,
                closed.length,
                median(closed),
                worst,
                cpu,
                quiet,
                flooded,
                flooded / quiet);
        check(
                closed[0] >= 0 && worst <= CLOSED_MILLIS,
                name,
                "a connection was not closed within %d ms",
                CLOSED_MILLIS);
        check(cpu <= CPU_MILLIS, name, "a connection costs more than %d ms of CPU", CPU_MILLIS);
        check(
                flooded <= P99_RATIO * quiet,
                name,
                "p99 of other clients is more than %.0f times the quiet one",
                P99_RATIO);
    }

    private void check(boolean held, String flood, String promise, Object limit) {
        if (!held) {
            broken.add(flood + ": " + String.format(Locale.ROOT, promise, limit));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** How long one abusive connection lived, in milliseconds; less than 0 if it was not closed. */
    private double abuse(Flood flood) throws IOException {
        wish.println(flood.name());
        String nanos = said.readLine();
        if (nanos == null) {
            throw new IOException("the abusive client has ended");
        }
        return Long.parseLong(nanos) / 1e6;
    }

    /** What all of the sidecar's threads have run. */
    private long cpuNanos() throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path thread : threads) {
                String text = Files.readString(thread.resolve("schedstat"));
                sum += Long.parseLong(text.substring(0, text.indexOf(' ')));
            }
        }
        return sum;
    }
}
