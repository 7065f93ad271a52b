package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The steps of the main job, and the judgement of each: every hash must be the input's, and the bytes must have crossed
 * where the step says, which the sidecars' own counters tell.
 */
final class Steps {
    static final int CONSUMERS = 3;
    private static final Duration COUNTERS_SETTLE = Duration.ofSeconds(3);

    private final Input input;
    private final Network network;
    private final Pod producer;
    private final Pod consumer;
    private final Functions functions;
    private final Progress progress;

    Steps(Input input, Network network, Pod producer, Pod consumer, Functions functions, Progress progress) {
        this.input = input;
        this.network = network;
        this.producer = producer;
        this.consumer = consumer;
        this.functions = functions;
        this.progress = progress;
    }

    /** Runs all of them, in order; a failed one does not keep the next from running. */
    List<Step> run(long storeBytes) throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        String inside = Functions.url(network.consumerService(), "/receive").toString();
        String outside = Functions.url(network.outsideService(), "/receive").toString();
        String produce = Functions.url(network.consumerService(), "/produce").toString();
        boolean small = input.bytes() <= Workload.INLINE_BYTES;
        long pulled = small ? 0 : input.bytes();
        String path = small ? "inline" : Expected.REFERENCE;
        String note = small ? "up to " + Workload.INLINE_BYTES + " bytes travel inside the request" : "";

        steps.add(measure(1, "invoke, inline", new Expected("inline", 1, 0, 0), "", () -> ask("/invoke", outside)));
        steps.add(measure(
                2, "invoke, by reference", new Expected(path, 1, pulled, 0), note, () -> ask("/invoke", inside)));
        if (input.bytes() <= storeBytes) {
            putAndGet(steps);
        } else {
            steps.add(Step.notApplicable(
                    3, "put, get by " + CONSUMERS, "the file is larger than the store of " + storeBytes + " bytes"));
        }
        steps.add(measure(
                4, "response, by reference", new Expected(path, 1, 0, pulled), note, () -> ask("/ask", produce)));
        return steps;
    }

    /** What a step's bytes did, as the functions tell it. */
    private record Outcome(
            long bytes, Duration time, Duration hashing, List<String> sha256, Map<String, String> values) {}

    @FunctionalInterface
    private interface Action {
        Outcome run() throws IOException, InterruptedException, StepFailed;
    }

    private void putAndGet(List<Step> steps) throws IOException, InterruptedException {
        List<String> reference = new ArrayList<>();
        steps.add(measure(3, "put for " + CONSUMERS + " gets", new Expected("store", 0, 0, 0), "", () -> {
            Outcome put = ask("/put", Integer.toString(CONSUMERS));
            reference.add(put.values().getOrDefault("reference", ""));
            return new Outcome(input.bytes(), put.time(), Duration.ZERO, List.of(), put.values());
        }));
        if (reference.isEmpty()) {
            return;
        }
        long all = Math.multiplyExact(input.bytes(), CONSUMERS);
        steps.add(measure(
                3,
                "get by " + CONSUMERS + " consumers",
                new Expected(Expected.REFERENCE, CONSUMERS, all, 0),
                "all at once; hashing is their sum",
                () -> fetchTogether(reference.getFirst())));
        steps.add(measure(3, "get by a fourth", new Expected("-", 0, 0, 0), "answered 410 gone, as it must be", () -> {
            long start = System.nanoTime();
            Functions.Answer answer = functions.call(network.consumerService(), "/fetch", reference.getFirst());
            if (!answer.refused(410, "gone")) {
                throw new StepFailed("a get after the last one must answer 410 gone, and answered " + said(answer));
            }
            return new Outcome(-1, Duration.ofNanos(System.nanoTime() - start), Duration.ZERO, List.of(), Map.of());
        }));
    }

    private Outcome fetchTogether(String reference) throws IOException, InterruptedException, StepFailed {
        long start = System.nanoTime();
        List<Future<Functions.Answer>> answers = new ArrayList<>();
        try (ExecutorService consumers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONSUMERS; i++) {
                answers.add(consumers.submit(() -> functions.call(network.consumerService(), "/fetch", reference)));
            }
        }
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        long bytes = 0;
        Duration hashing = Duration.ZERO;
        List<String> sha256 = new ArrayList<>();
        for (Future<Functions.Answer> answer : answers) {
            Outcome one = outcome(result(answer));
            bytes += one.bytes();
            hashing = hashing.plus(one.hashing());
            sha256.addAll(one.sha256());
        }
        return new Outcome(bytes, time, hashing, sha256, Map.of());
    }

    private Outcome ask(String path, String body) throws IOException, InterruptedException, StepFailed {
        return outcome(functions.call(network.producerService(), path, body));
    }

    private static Outcome outcome(Functions.Answer answer) throws StepFailed {
        if (answer.status() != 200) {
            throw new StepFailed("the function answered " + said(answer));
        }
        Map<String, String> values = answer.values();
        String sha256 = values.get("sha256");
        return new Outcome(
                Long.parseLong(values.getOrDefault("bytes", "0")),
                Duration.ofNanos(Long.parseLong(values.getOrDefault("total_ns", "0"))),
                Duration.ofNanos(Long.parseLong(values.getOrDefault("hash_ns", "0"))),
                sha256 == null ? List.of() : List.of(sha256),
                values);
    }

    private Step measure(int number, String name, Expected expected, String note, Action action)
            throws IOException, InterruptedException {
        Pulled producerBefore = producer.pulled();
        Pulled consumerBefore = consumer.pulled();
        long splicedBefore = producer.spliced() + consumer.spliced();
        producer.resetPeak();
        consumer.resetPeak();
        Usage producerStart = producer.sidecarUsage();
        Usage consumerStart = consumer.sidecarUsage();
        Outcome outcome = new Outcome(-1, Duration.ZERO, Duration.ZERO, List.of(), Map.of());
        String failure = null;
        progress.begin("step " + number + "  " + name, expected.receivers() * input.bytes());
        try {
            outcome = action.run();
        } catch (StepFailed | IOException e) {
            failure = e.getMessage() == null ? e.toString() : e.getMessage();
        } finally {
            progress.end();
        }
        Usage producerEnd = producer.sidecarUsage();
        Usage consumerEnd = consumer.sidecarUsage();
        Pulled producerPulled = settle(producer, producerBefore, expected.producer());
        Pulled consumerPulled = settle(consumer, consumerBefore, expected.consumer());
        if (failure == null) {
            failure = expected.judge(input, outcome.sha256(), outcome.bytes(), producerPulled, consumerPulled);
        }
        long spliced = producer.spliced() + consumer.spliced() - splicedBefore;
        return new Step(
                number,
                name,
                expected.path(spliced),
                outcome.bytes(),
                outcome.time(),
                outcome.hashing(),
                new Step.Cost(producerEnd.cpu().minus(producerStart.cpu()), producerEnd.peakBytes(), producerPulled),
                new Step.Cost(consumerEnd.cpu().minus(consumerStart.cpu()), consumerEnd.peakBytes(), consumerPulled),
                outcome.sha256(),
                failure,
                failure == null ? note : "");
    }

    /** A sidecar may count the last bytes just after the function has seen them. */
    private static Pulled settle(Pod pod, Pulled before, Pulled expected) throws IOException, InterruptedException {
        long end = System.nanoTime() + COUNTERS_SETTLE.toNanos();
        Pulled pulled = pod.pulled().since(before);
        while (!pulled.equals(expected) && System.nanoTime() - end < 0) {
            Thread.sleep(50);
            pulled = pod.pulled().since(before);
        }
        return pulled;
    }

    private static Functions.Answer result(Future<Functions.Answer> answer) throws IOException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static String said(Functions.Answer answer) {
        return answer.status() + " " + answer.text().lines().findFirst().orElse("");
    }

    /** A step did not do what it promises; the message says how. */
    private static final class StepFailed extends Exception {
        private static final long serialVersionUID = 1;

        StepFailed(String message) {
            super(message);
        }
    }
}
