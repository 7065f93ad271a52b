package dev.baton.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a step's bytes did, as the functions tell it.
 *
 * @param bytes bytes that arrived; -1 if none were to arrive
 * @param time as a function measured it
 * @param hashing the receivers' time in SHA-256; zero if they do not tell
 * @param sha256 what each receiver computed
 * @param values all that the function said
 * @param note what is to be said beside the figures; empty if nothing
 */
record Outcome(
        long bytes, Duration time, Duration hashing, List<String> sha256, Map<String, String> values, String note) {
    static final Outcome NONE = new Outcome(-1, Duration.ZERO, Duration.ZERO, List.of(), Map.of());

    Outcome(long bytes, Duration time, Duration hashing, List<String> sha256, Map<String, String> values) {
        this(bytes, time, hashing, sha256, values, "");
    }

    /** Of a sample function in a container. */
    static Outcome of(Functions.Answer answer) throws StepFailed {
        Map<String, String> values = good(answer).values();
        String sha256 = values.get("sha256");
        return new Outcome(
                Long.parseLong(values.getOrDefault("bytes", "0")),
                Duration.ofNanos(Long.parseLong(values.getOrDefault("total_ns", "0"))),
                Duration.ofNanos(Long.parseLong(values.getOrDefault("hash_ns", "0"))),
                sha256 == null ? List.of() : List.of(sha256),
                values);
    }

    /** Of a sample function in Wasm that answers "bytes sha256", as it says there. */
    static Outcome ofWasm(String answer, Duration time) throws StepFailed {
        String[] words = answer.strip().split(" ", -1);
        if (words.length != 2 || !words[0].chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new StepFailed(
                    "the function answered " + answer.lines().findFirst().orElse("nothing"));
        }
        return new Outcome(Long.parseLong(words[0]), time, Duration.ZERO, List.of(words[1]), Map.of());
    }

    /** The same with bytes that went into a store instead of to a receiver. */
    Outcome stored(long stored) {
        return new Outcome(stored, time, Duration.ZERO, List.of(), values);
    }

    /** The same with a remark. */
    Outcome noting(String remark) {
        return new Outcome(bytes, time, hashing, sha256, values, remark);
    }

    /** The answer, if it is one. */
    static Functions.Answer good(Functions.Answer answer) throws StepFailed {
        if (answer.status() != 200) {
            throw new StepFailed("the function answered " + answer.said());
        }
        return answer;
    }
}
