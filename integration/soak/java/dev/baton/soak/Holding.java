package dev.baton.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a sidecar holds.
 *
 * @param upstream connections to the user's program, which are kept for later requests
 * @param neighbour connections between the two sidecars, which are kept too
 * @param connections of the main port, beside those that the other sidecar keeps
 * @param concurrency what the autoscaler is told
 * @param buffers bytes of memory that the network buffers have taken from the system
 * @param rss KiB
 */
record Holding(
        long sockets,
        long pipes,
        long descriptors,
        long connections,
        long upstream,
        long neighbour,
        Objects objects,
        long inFlight,
        long running,
        long waiting,
        double concurrency,
        long buffers,
        long rss,
        long threads) {
    /** What the buffers' pools may keep beyond what they kept before. */
    private static final long KEPT_BUFFER_BYTES = 48L << 20;
    /** Two ends of each of the eight pipes that are kept for the next large bodies, and the JVM's own. */
    private static final long KEPT_PIPE_ENDS = 2 * 8 + 2;

    boolean quiet() {
        return connections + inFlight + running + waiting == 0 && concurrency == 0 && objects.nothing();
    }

    /** Open sockets that are no kept connection. */
    private long ownSockets() {
        return sockets - upstream - neighbour;
    }

    /** What is held now and was not before, a line each. */
    List<String> leaks(Holding before) {
        List<String> leaks = new ArrayList<>();
        add(leaks, "connections", connections, 0);
        add(leaks, "requests in flight", inFlight, 0);
        add(leaks, "permits of the breaker", running, 0);
        add(leaks, "places in the breaker's queue", waiting, 0);
        add(leaks, "sockets beside kept connections", ownSockets(), before.ownSockets());
        add(leaks, "ends of pipes", pipes, KEPT_PIPE_ENDS);
        add(leaks, "other descriptors", others(), before.others());
        if (!objects.nothing()) {
            leaks.add("of the object API: " + objects);
        }
        if (concurrency != 0) {
            leaks.add("the Stat's concurrency is " + concurrency);
        }
        if (buffers > before.buffers + KEPT_BUFFER_BYTES) {
            leaks.add("bytes of network buffers: " + buffers + ", before " + before.buffers);
        }
        return leaks;
    }

    private long others() {
        return descriptors - sockets - pipes;
    }

    private static void add(List<String> leaks, String what, long now, long most) {
        if (now > most) {
            leaks.add(what + ": " + now + ", expected at most " + most);
        }
    }

    String row(String when) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d + %d | %d | %d | %d | %d + %d | %s | %s | %.1f | %d | %d |",
                when,
                descriptors,
                upstream,
                neighbour,
                pipes,
                connections,
                inFlight,
                running,
                waiting,
                objects,
                concurrency == 0 ? "0" : Double.toString(concurrency),
                buffers / 1e6,
                rss / 1024,
                threads);
    }

    static String heading() {
        return "| | descriptors | of them kept upstream + to the other sidecar | pipes | connections | in flight"
                + " | breaker running + waiting | objects | transfers running + waiting puts | offers + retrievals"
                + " | Stat's concurrency | buffers MB | RSS MiB | threads |\n"
                + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|";
    }
}
