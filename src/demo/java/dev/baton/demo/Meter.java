package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs one step between two looks at every sidecar, and judges it by what they counted. One thread; blocks. */
final class Meter {
    /** A sidecar may count the last bytes just after the function has seen them, and shows a new counter a second later. */
    private static final Duration COUNTERS_SETTLE = Duration.ofSeconds(4);

    private final Input input;
    private final Network network;
    private final Map<Role, Pod> pods;
    private final Progress progress;

    Meter(Input input, Network network, Map<Role, Pod> pods, Progress progress) {
        this.input = input;
        this.network = network;
        this.pods = pods;
        this.progress = progress;
    }

    /** What a step does; gives what the functions tell. */
    @FunctionalInterface
    interface Action {
        Outcome run() throws IOException, InterruptedException, StepFailed;
    }

    Step measure(int number, String name, Expected expected, String note, Action action)
            throws IOException, InterruptedException {
        Map<Role, Counters> before = new EnumMap<>(Role.class);
        Map<Role, Usage> start = new EnumMap<>(Role.class);
        for (Map.Entry<Role, Pod> each : pods.entrySet()) {
            Pod pod = each.getValue();
            before.put(each.getKey(), pod.counters());
            pod.resetPeak();
            start.put(each.getKey(), pod.sidecarUsage());
        }
        long passedBefore = network.gateway().passedBytes();
        Outcome outcome = Outcome.NONE;
        String failure = null;
        progress.begin("step " + number + "  " + name, Math.max(1, expected.receivers()) * input.bytes());
        try {
            outcome = action.run();
        } catch (StepFailed | IOException e) {
            failure = e.getMessage() == null ? e.toString() : e.getMessage();
        } finally {
            progress.end();
        }
        long passed = network.gateway().passedBytes() - passedBefore;
        Map<Role, Step.Cost> costs = new EnumMap<>(Role.class);
        Map<Role, Counters> counted = new EnumMap<>(Role.class);
        for (Map.Entry<Role, Pod> each : pods.entrySet()) {
            Role role = each.getKey();
            Usage end = each.getValue().sidecarUsage();
            Counters own =
                    settled(each.getValue(), role, Objects.requireNonNull(before.get(role)), expected, failure == null);
            counted.put(role, own);
            costs.put(
                    role,
                    new Step.Cost(
                            end.cpu()
                                    .minus(Objects.requireNonNull(start.get(role))
                                            .cpu()),
                            end.peakBytes(),
                            own));
        }
        if (failure == null) {
            failure = expected.judge(input, outcome.sha256(), outcome.bytes(), passed, counted);
        }
        Counters all = Counters.sum(List.copyOf(counted.values()));
        return new Step(
                number,
                name,
                Ways.taken(all, passed, input.bytes()),
                outcome.bytes(),
                outcome.time(),
                outcome.hashing(),
                costs,
                outcome.sha256(),
                failure,
                failure == null ? notes(List.of(note, outcome.note()), all) : "");
    }

    /** A slower way than the one that was there is said, also if it came to the same bytes. */
    private static String notes(List<String> notes, Counters all) {
        String fallbacks = all.fallbacks().entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
        return Stream.concat(notes.stream(), Stream.of(fallbacks.isEmpty() ? "" : "fallbacks: " + fallbacks))
                .filter(note -> !note.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static Counters settled(Pod pod, Role role, Counters before, Expected expected, boolean patient)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + (patient ? COUNTERS_SETTLE.toNanos() : 0);
        Counters counted = pod.counters().since(before);
        while (!expected.met(role, counted) && System.nanoTime() - end < 0) {
            Thread.sleep(50);
            counted = pod.counters().since(before);
        }
        return counted;
    }
}
