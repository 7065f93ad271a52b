package dev.baton.transfer;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What is known of the hosts that functions invoke: whether the sidecars behind them take references. Any thread. */
final class Hosts {
    enum Verdict {
        /** A Baton sidecar has answered. */
        TAKES,
        /** Something else has. */
        REFUSES,
        /** Some behind it take references and some do not, or cannot pull: bodies go inline, whatever single answers say. */
        MIXED
    }

    private record Known(Verdict verdict, long untilNanos) {}

    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int MAX = 4096;

    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Verdict>> asked = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    Hosts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Nullable
    Verdict recall(String host) {
        Known entry = known.get(host);
        return entry == null || nanos.getAsLong() - entry.untilNanos() >= 0 ? null : entry.verdict();
    }

    /** Remembers for a minute. A mixed host stays mixed for its minute. */
    void learn(String host, Verdict verdict) {
        if (recall(host) == Verdict.MIXED && verdict != Verdict.MIXED) {
            return;
        }
        if (known.size() >= MAX && !known.containsKey(host)) {
            sweep();
            if (known.size() >= MAX) {
                return;
            }
        }
        known.put(host, new Known(verdict, nanos.getAsLong() + MEMORY_NANOS));
    }

    /**
     * Asks the host unless someone is asking already.
     *
     * @param asking sends the question; it must complete what it is given, in any case
     * @return completes with the answer, on the thread of the one who asked
     */
    CompletableFuture<Verdict> ask(String host, Consumer<CompletableFuture<Verdict>> asking) {
        CompletableFuture<Verdict> mine = new CompletableFuture<>();
        CompletableFuture<Verdict> theirs = asked.putIfAbsent(host, mine);
        if (theirs != null) {
            return theirs;
        }
        CompletableFuture<Verdict> told = mine.whenComplete((verdict, failed) -> asked.remove(host, mine));
        asking.accept(mine);
        return told;
    }

    void sweep() {
        long now = nanos.getAsLong();
        known.values().removeIf(entry -> now - entry.untilNanos() >= 0);
    }
}
