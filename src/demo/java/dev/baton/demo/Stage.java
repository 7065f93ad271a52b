package dev.baton.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of the main job play on.
 *
 * @param input the file that goes around
 * @param network where the pods are
 * @param meter measures each step
 * @param functions calls them
 * @param limits what the sidecars may use
 */
record Stage(Input input, Network network, Meter meter, Functions functions, Limits limits) {
    /** The file's size. */
    long bytes() {
        return input.bytes();
    }

    /**
     * A step that puts the file into a store, as a row of its own.
     *
     * @param value of what the function says: the reference
     * @return the reference; null if the put has failed
     */
    @Nullable
    String put(
            List<Step> steps, int number, String name, Expected expected, String note, String value, Meter.Action put)
            throws IOException, InterruptedException {
        List<String> reference = new ArrayList<>(1);
        steps.add(meter.measure(number, name, expected, note, () -> {
            Outcome outcome = put.run();
            reference.add(outcome.values().getOrDefault(value, ""));
            return outcome.stored(input.bytes()).noting(outcome.note());
        }));
        return reference.isEmpty() ? null : reference.getFirst();
    }
}
