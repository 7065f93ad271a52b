package dev.baton.transfer;

import dev.baton.pull.DataPath;
import dev.baton.pull.PullStats;
import dev.baton.wire.RelayFallback;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the object API and the pulls have done since the start. Any thread; nothing here names a peer. */
public final class TransferStats implements PullStats {
    /** What a function asked for. */
    public enum Operation {
        PUT,
        GET,
        INVOKE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How it ended. */
    public enum Outcome {
        /** All bytes were handed on. */
        DONE,
        /** The sidecar answered with an error of its own and moved nothing. */
        REFUSED,
        /** It broke off in the middle. */
        BROKEN;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why a body was sent inline and not by reference. */
    public enum Fallback {
        /** A sidecar that knows no references refused the control message. */
        STOCK,
        /** The consumer's sidecar cannot pull from here. */
        PULL_FAILED;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Count, bytes and time of one kind of call. */
    public record Figure(long count, long bytes, long nanos) {}

    private static final class Cell {
        final LongAdder count = new LongAdder();
        final LongAdder bytes = new LongAdder();
        final LongAdder nanos = new LongAdder();
    }

    /** Filled here and never changed: safe to read from any thread. */
    private final Map<Operation, Map<DataPath, Map<Outcome, Cell>>> cells = new EnumMap<>(Operation.class);

    private final Map<Fallback, LongAdder> fallbacks = new EnumMap<>(Fallback.class);
    private final Map<RelayFallback, LongAdder> relayFallbacks = new EnumMap<>(RelayFallback.class);
    private final LongAdder pullBytesIn = new LongAdder();
    private final LongAdder splicedBytes = new LongAdder();
    private final LongAdder pullBytesOut = new LongAdder();

    public TransferStats() {
        for (Operation operation : Operation.values()) {
            Map<DataPath, Map<Outcome, Cell>> paths = new EnumMap<>(DataPath.class);
            for (DataPath path : DataPath.values()) {
                Map<Outcome, Cell> outcomes = new EnumMap<>(Outcome.class);
                for (Outcome outcome : Outcome.values()) {
                    outcomes.put(outcome, new Cell());
                }
                paths.put(path, outcomes);
            }
            cells.put(operation, paths);
        }
        for (Fallback reason : Fallback.values()) {
            fallbacks.put(reason, new LongAdder());
        }
        for (RelayFallback reason : RelayFallback.values()) {
            relayFallbacks.put(reason, new LongAdder());
        }
    }

    /**
     * Counts one call of the object API.
     *
     * @param bytes of the object that were moved
     * @param startNanos {@link System#nanoTime} at its beginning
     */
    public void count(Operation operation, DataPath path, Outcome outcome, long bytes, long startNanos) {
        Cell cell = cell(operation, path, outcome);
        cell.count.increment();
        cell.bytes.add(bytes);
        cell.nanos.add(System.nanoTime() - startNanos);
    }

    void fallback(Fallback reason) {
        Objects.requireNonNull(fallbacks.get(reason)).increment();
    }

    @Override
    public void fallback(RelayFallback reason) {
        Objects.requireNonNull(relayFallbacks.get(reason)).increment();
    }

    @Override
    public void pulledIn(long bytes) {
        pullBytesIn.add(bytes);
    }

    @Override
    public void spliced(long bytes) {
        splicedBytes.add(bytes);
    }

    @Override
    public void pulledOut(long bytes) {
        pullBytesOut.add(bytes);
    }

    public Figure figure(Operation operation, DataPath path, Outcome outcome) {
        Cell cell = cell(operation, path, outcome);
        return new Figure(cell.count.sum(), cell.bytes.sum(), cell.nanos.sum());
    }

    public long fallbacks(Fallback reason) {
        return Objects.requireNonNull(fallbacks.get(reason)).sum();
    }

    public long fallbacks(RelayFallback reason) {
        return Objects.requireNonNull(relayFallbacks.get(reason)).sum();
    }

    public long pullBytesIn() {
        return pullBytesIn.sum();
    }

    public long splicedBytes() {
        return splicedBytes.sum();
    }

    public long pullBytesOut() {
        return pullBytesOut.sum();
    }

    private Cell cell(Operation operation, DataPath path, Outcome outcome) {
        Map<DataPath, Map<Outcome, Cell>> paths = Objects.requireNonNull(cells.get(operation));
        return Objects.requireNonNull(Objects.requireNonNull(paths.get(path)).get(outcome));
    }
}
