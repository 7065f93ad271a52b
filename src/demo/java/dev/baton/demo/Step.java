package dev.baton.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one step did and cost.
 *
 * @param number the step it belongs to; a step may have several rows
 * @param path how the bytes moved, as they were counted
 * @param bytes bytes that arrived, all receivers together; -1 if the step moves none
 * @param time from the sender's first call to the receiver's last byte, hashing included
 * @param hashing how much of it the receivers spent in SHA-256 alone; zero if they do not tell
 * @param costs of each pod's sidecar
 * @param sha256 what each receiver computed
 * @param failure why the step counts as failed; null if it does not
 * @param note what is to be said beside the figures; empty if nothing
 */
record Step(
        int number,
        String name,
        String path,
        long bytes,
        Duration time,
        Duration hashing,
        Map<Role, Cost> costs,
        List<String> sha256,
        @Nullable String failure,
        String note) {
    private static final String NOT_APPLICABLE = "not applicable";

    /**
     * What a sidecar spent on a step.
     *
     * @param cpu processor time
     * @param peakBytes most resident memory during the step
     * @param counters object bytes that it moved
     */
    record Cost(Duration cpu, long peakBytes, Counters counters) {
        static final Cost NONE = new Cost(Duration.ZERO, 0, Counters.NONE);
    }

    /** A step that this input leaves out, and why. */
    static Step notApplicable(int number, String name, String why) {
        return new Step(number, name, NOT_APPLICABLE, -1, Duration.ZERO, Duration.ZERO, Map.of(), List.of(), null, why);
    }

    /** The same step, failed. */
    Step failed(String why) {
        return new Step(number, name, path, bytes, time, hashing, costs, sha256, why, "");
    }

    /** False for a step that this input leaves out. */
    boolean applies() {
        return !path.equals(NOT_APPLICABLE);
    }

    boolean ok() {
        return failure == null;
    }

    Cost cost(Role role) {
        return costs.getOrDefault(role, Cost.NONE);
    }

    /** Bytes over all pull ports. */
    long pulled() {
        return costs.values().stream()
                .mapToLong(cost -> cost.counters().of(Flow.PULLED_IN))
                .sum();
    }

    /** Millions of bytes per second; 0 if nothing was moved. */
    double megabytesPerSecond() {
        return bytes <= 0 || time.isZero() ? 0 : bytes / 1e6 / seconds(time);
    }

    static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
