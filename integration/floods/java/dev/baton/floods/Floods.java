package dev.baton.floods;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Lets each {@link Flood} loose on a sidecar from one abusive connection after the other, and prints what it cost: the time until
 * a connection was closed, the sidecar's processor time for it, and the 99th percentile of another client's requests before and
 * meanwhile. Exit code 1 if one was not closed.
 */
public final class Floods {
    private static final int ROUNDS_MOST = 2_000_000;
    private static final int PAUSE_MILLIS = 100;
    private static final int CLOSED_MILLIS = 15_000;
    private static final int WARM_UP_CONNECTIONS = 5;

    private final InetSocketAddress server;
    private final Path process;
    private final int connections;

    private Floods(InetSocketAddress server, Path process, int connections) {
        this.server = server;
        this.process = process;
        this.connections = connections;
    }

    /** {@code PORT PID CONNECTIONS [FLOOD...]}: the sidecar's port and process, and how often each flood comes. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Floods floods = new Floods(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
                Path.of("/proc", arguments[1]),
                Integer.parseInt(arguments[2]));
        Flood[] wanted = arguments.length == 3
                ? Flood.values()
                : Arrays.stream(arguments, 3, arguments.length)
                        .map(Flood::valueOf)
                        .toArray(Flood[]::new);
        System.exit(floods.run(wanted) ? 0 : 1);
    }

    private boolean run(Flood[] wanted) throws IOException, InterruptedException {
        boolean closed = true;
        try (Victim victim = new Victim(server)) {
            for (Flood flood : wanted) {
                for (int i = 0; i < WARM_UP_CONNECTIONS; i++) {
                    abuse(flood);
                }
            }
            System.out.println(
                    "| flood | closed after ms, median (worst) | sidecar's CPU ms | other client's p99 ms, before |"
                            + " meanwhile |");
            System.out.println("|---|---:|---:|---:|---:|");
            for (Flood flood : wanted) {
                closed &= measure(flood, victim);
            }
            if (!victim.alive()) {
                System.err.println("the other client was not served to the end");
                return false;
            }
        }
        return closed;
    }

    private boolean measure(Flood flood, Victim victim) throws IOException, InterruptedException {
        victim.p99Millis();
        long from = System.nanoTime();
        long cpuBefore = cpuNanos();
        Thread.sleep((long) PAUSE_MILLIS * connections);
        double idleShare = (cpuNanos() - cpuBefore) / (double) (System.nanoTime() - from);
        double before = victim.p99Millis();

        from = System.nanoTime();
        cpuBefore = cpuNanos();
        double[] millis = new double[connections];
        for (int i = 0; i < connections; i++) {
            millis[i] = abuse(flood) / 1e6;
            Thread.sleep(PAUSE_MILLIS);
        }
        double cpu = cpuNanos() - cpuBefore - idleShare * (System.nanoTime() - from);
        double meanwhile = victim.p99Millis();
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f (%.1f) | %.1f | %.2f | %.2f |%n",
                flood.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                millis[connections / 2],
                millis[connections - 1],
                Math.max(0, cpu / 1e6 / connections),
                before,
                meanwhile);
        return millis[connections - 1] < CLOSED_MILLIS;
    }

    /** From the connection's first octet to its end, in nanoseconds: more than from the limit to the end. */
    private long abuse(Flood flood) {
        long from = System.nanoTime();
        try (RawHttp2 client = RawHttp2.open(server)) {
            flood.run(client, ROUNDS_MOST);
            boolean closed = client.closedWithin(CLOSED_MILLIS);
            return (closed ? client.closedNanos() : Long.MAX_VALUE / 2) - from;
        }
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
