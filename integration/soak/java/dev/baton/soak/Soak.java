package dev.baton.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends mixed requests with faults through two sidecars and looks whether they have let go of everything. Arguments: requests, the
 * word {@code brief} for the sum of all outcomes alone or {@code whole}, the sidecars' folder, their Java command without flags; first
 * with the flags that ship, then, for a twentieth as many requests, with every network buffer watched. Exit 0 if nothing leaked and
 * nothing ended in a way that it may not.
 */
public final class Soak {
    private static final int WORKERS = 64;
    private static final int WARM_UP_REQUESTS = 2000;
    private static final int SAMPLES = 5;
    private static final int SAMPLES_OF_A_SHORT_RUN = 2;
    private static final int SHORT_RUN_REQUESTS = 100_000;
    private static final int QUIET_SECONDS = 40;
    /** What the process may grow by after the first sample, in KiB: compiled code and pools that still fill. */
    private static final long GROWTH_KIB = 64 << 10;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final List<String> faults = new ArrayList<>();
    private final Path folder;
    private final List<String> addresses;
    private final Tls tls;
    private final Path dist;
    private final boolean brief;
    private long seed = 1;

    private Soak(Path folder, List<String> addresses, Path dist, boolean brief) throws Exception {
        this.folder = folder;
        this.addresses = addresses;
        this.dist = dist;
        this.brief = brief;
        tls = Tls.prepare(folder, new InetSocketAddress(InetAddress.ofLiteral(addresses.getFirst()), Tls.PORT));
    }

    public static void main(String[] arguments) throws Exception {
        long requests = Long.parseLong(arguments[0]);
        Path folder = Files.createTempDirectory("baton-soak");
        long pid = ProcessHandle.current().pid();
        // Addresses of the loopback network that nobody else uses: all ports of them are free.
        String network = "127." + (200 + (pid >> 8) % 50) + "." + pid % 250;
        List<String> addresses = List.of(network + ".7", network + ".8");
        Soak soak = new Soak(folder, addresses, Path.of(arguments[2]), arguments[1].equals("brief"));
        List<String> java = List.of(arguments).subList(3, arguments.length);
        try (Program program = new Program(InetAddress.ofLiteral(addresses.getFirst()));
                Program producers = new Program(InetAddress.ofLiteral(addresses.getLast()))) {
            soak.shipped(java, requests);
            soak.watched(java, Math.max(requests / 20, 2500));
        } finally {
            delete(folder);
        }
        soak.faults.forEach(fault -> soak.out.println("LEAK OR FAULT: " + fault));
        soak.out.println(soak.faults.isEmpty() ? "nothing leaked" : soak.faults.size() + " faults");
        System.exit(soak.faults.isEmpty() ? 0 : 1);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }

    /** The sidecar as it ships. */
    private void shipped(List<String> java, long requests) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.add("@jvm.options");
        try (Pods pods = Pods.start(command, dist, addresses, folder, "shipped")) {
            load(pods, WARM_UP_REQUESTS, new Tally());
            List<Holding> before = settled(pods, List.of());
            List<String> rows = new ArrayList<>();
            addRows(rows, "before", before);
            Tally tally = new Tally();
            long begun = System.nanoTime();
            List<Holding> after = before;
            List<Holding> first = before;
            int samples = requests < SHORT_RUN_REQUESTS ? SAMPLES_OF_A_SHORT_RUN : SAMPLES;
            for (int i = 1; i <= samples; i++) {
                load(pods, requests / samples, tally);
                after = settled(pods, before);
                addRows(rows, "after " + Tally.grouped(tally.total()), after);
                if (i == 1) {
                    first = after;
                }
            }
            long seconds = (System.nanoTime() - begun) / 1_000_000_000L;
            tally.print(out, brief);
            out.println();
            out.println(Holding.heading());
            rows.forEach(out::println);
            out.println();
            out.println(Tally.grouped(tally.total()) + " requests in " + seconds + " s; " + logSummary(pods));
            faults.addAll(tally.wrong());
            for (int i = 0; i < after.size(); i++) {
                faults.addAll(after.get(i).leaks(before.get(i)));
                long rss = first.get(i).rss();
                if (after.get(i).rss() > rss + GROWTH_KIB) {
                    faults.add("resident memory has grown from " + rss + " to "
                            + after.get(i).rss() + " KiB");
                }
            }
        }
    }

    private static void addRows(List<String> rows, String when, List<Holding> both) {
        rows.add(both.getFirst().row(when));
        rows.add(both.getLast().row("the producer's"));
    }

    /** The same with every buffer watched by Netty's leak detector. */
    private void watched(List<String> java, long requests) throws Exception {
        Path options = folder.resolve("watched.options");
        List<String> flags = new ArrayList<>();
        for (String line : Files.readAllLines(dist.resolve("jvm.options"))) {
            // The detector keeps a record of each buffer's life: that takes a larger heap.
            flags.add(
                    line.startsWith("-Xmx")
                            ? "-Xmx256m"
                            : line.startsWith("-Dio.netty.leakDetection.level")
                                    ? "-Dio.netty.leakDetection.level=paranoid"
                                    : line);
        }
        flags.replaceAll(line -> line.startsWith("-cp ")
                ? "-Dio.netty.customResourceLeakDetector=" + LeakReports.class.getName() + "\n-cp baton.jar:"
                        + System.getProperty("java.class.path")
                : line.equals("dev.baton.Main") ? LeakReports.class.getName() : line);
        Files.write(options, flags);
        List<String> command = List.of(java.getFirst(), "@" + options);
        try (Pods pods = Pods.start(command, dist, addresses, folder, "watched")) {
            Tally tally = new Tally();
            load(pods, requests, tally);
            settled(pods, List.of());
            for (int i = 0; i < 3; i++) {
                pods.collectGarbage();
                // A lost buffer is reported when the next ones are made.
                load(pods, 300, tally);
            }
            settled(pods, List.of());
            List<String> reports = pods.logLines(LeakReports.MARK);
            List<String> lost = reports.stream()
                    .filter(line -> !line.contains(LeakReports.ON_PURPOSE))
                    .toList();
            out.println(Tally.grouped(tally.total()) + " requests with every network buffer watched: " + lost.size()
                    + " lost beside " + (reports.size() - lost.size()) + " that was lost on purpose");
            if (reports.size() == lost.size()) {
                faults.add("the buffer that was lost on purpose has not been reported");
            }
            lost.stream().limit(5).forEach(faults::add);
            faults.addAll(tally.wrong());
        }
    }

    private void load(Pods pods, long requests, Tally tally) throws Exception {
        Neighbourhood neighbourhood = pods.neighbourhood(tls);
        AtomicLong remaining = new AtomicLong(requests);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            threads.add(Thread.ofVirtual().start(new Worker(neighbourhood, remaining, tally, seed++)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!pods.alive()) {
            throw new IOException("a sidecar has ended");
        }
    }

    /**
     * Waits until nothing is under way any more, or no longer.
     *
     * @param before what may be held; what is more at one moment only has been closed while it was counted, and is no leak
     */
    private static List<Holding> settled(Pods pods, List<Holding> before) throws Exception {
        long end = System.nanoTime() + QUIET_SECONDS * 1_000_000_000L;
        List<Holding> holding = pods.holding();
        // The Stat is of the last whole second.
        for (int quiet = 0; quiet < 3 && System.nanoTime() < end; quiet = settled(holding, before) ? quiet + 1 : 0) {
            Thread.sleep(700);
            holding = pods.holding();
        }
        return holding;
    }

    private static boolean settled(List<Holding> holding, List<Holding> before) {
        for (int i = 0; i < before.size(); i++) {
            if (!holding.get(i).leaks(before.get(i)).isEmpty()) {
                return false;
            }
        }
        return holding.stream().allMatch(Holding::quiet);
    }

    /** What the log says that a failing program or client does not explain is a fault. */
    private String logSummary(Pods pods) throws IOException {
        List<String> errors = new ArrayList<>(pods.logLines("\"severity\":\"ERROR\""));
        int all = errors.size();
        errors.removeIf(line -> line.contains("error reverse proxying request"));
        @Nullable String first = errors.isEmpty() ? null : errors.getFirst();
        if (first != null) {
            faults.add(errors.size() + " unexpected errors in the log, first: " + first);
        }
        return all + " errors in the log, " + errors.size() + " of them unexpected";
    }
}
