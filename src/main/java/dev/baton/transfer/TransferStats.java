package dev.baton.transfer;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the object API and the pulls have done since the start. Any thread; nothing here names a peer. */
public final class TransferStats {
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

    /** Why something faster was not used, or a reference was not sent. */
    public enum Fallback {
        /** A sidecar that knows no references refused the control message. */
        STOCK(false),
        /** The consumer's sidecar cannot pull from here. */
        PULL_FAILED(false),
        /** The kernel, or a seccomp profile, refused to splice, from the start or in the middle. */
        SPLICE(true),
        /** No pipe was to be had. */
        PIPES(true),
        /** All relay threads were busy. */
        THREADS(true),
        /** No descriptor was to be had for a relay. */
        DESCRIPTORS(true);

        private final boolean relay;

        Fallback(boolean relay) {
            this.relay = relay;
        }

        /** Whether the body was copied instead of relayed in the kernel; otherwise it was sent inline. */
        public boolean relay() {
            return relay;
        }

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
        counter(reason).increment();
    }

    /** Object bytes that arrived from another sidecar's pull port. */
    void pulledIn(long bytes) {
        pullBytesIn.add(bytes);
    }

    /** Of the bytes that arrived, those that never came into this process. */
    void spliced(long bytes) {
        splicedBytes.add(bytes);
    }

    /** Object bytes that the kernel took on this sidecar's pull port. */
    void pulledOut(long bytes) {
        pullBytesOut.add(bytes);
    }

    public Figure figure(Operation operation, DataPath path, Outcome outcome) {
        Cell cell = cell(operation, path, outcome);
        return new Figure(cell.count.sum(), cell.bytes.sum(), cell.nanos.sum());
    }

    public long fallbacks(Fallback reason) {
        return counter(reason).sum();
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

    private LongAdder counter(Fallback reason) {
        return Objects.requireNonNull(fallbacks.get(reason));
    }

    private Cell cell(Operation operation, DataPath path, Outcome outcome) {
        Map<DataPath, Map<Outcome, Cell>> paths = Objects.requireNonNull(cells.get(operation));
        return Objects.requireNonNull(Objects.requireNonNull(paths.get(path)).get(outcome));
    }
}
