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

/** The steps of the main job between functions in containers, and all others after them. */
final class Steps {
    static final int COUNT = 7;
    static final int CONSUMERS = 3;

    private final Input input;
    private final Network network;
    private final Meter meter;
    private final Functions functions;
    private final Limits limits;

    Steps(Input input, Network network, Meter meter, Functions functions, Limits limits) {
        this.input = input;
        this.network = network;
        this.meter = meter;
        this.functions = functions;
        this.limits = limits;
    }

    /** Runs all of them, in order; a failed one does not keep the next from running. */
    List<Step> run() throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        invoke(steps);
        if (input.bytes() <= limits.storeBytes()) {
            putAndGet(steps);
        } else {
            steps.add(Step.notApplicable(3, "put, get by " + CONSUMERS, limits.storeTooSmall()));
        }
        answer(steps);
        new DescriptorSteps(input, network, meter, functions, limits).run(steps);
        new WasmSteps(input, network, meter, functions, limits).run(steps);
        return steps;
    }

    private void invoke(List<Step> steps) throws IOException, InterruptedException {
        long bytes = input.bytes();
        String outside = Functions.url(network.outsideService(), "/receive").toString();
        String inside = Functions.url(network.consumerService(), "/receive").toString();
        Expected inline = Expected.receivers(1).inline(bytes).counted(Role.PRODUCER, Flow.INLINE, bytes);
        Expected referenced = small()
                ? inline
                : Expected.receivers(1)
                        .counted(Role.PRODUCER, Flow.REFERENCED, bytes)
                        .pulled(Role.PRODUCER, Role.CONSUMER, bytes);
        steps.add(meter.measure(1, "invoke, inline", inline, "", () -> ask("/invoke", outside)));
        steps.add(meter.measure(2, "invoke, by reference", referenced, smallNote(), () -> ask("/invoke", inside)));
    }

    private void answer(List<Step> steps) throws IOException, InterruptedException {
        String produce = Functions.url(network.consumerService(), "/produce").toString();
        Expected expected = small()
                ? Expected.receivers(1).inline(input.bytes())
                : Expected.receivers(1).pulled(Role.CONSUMER, Role.PRODUCER, input.bytes());
        steps.add(meter.measure(4, "response, by reference", expected, smallNote(), () -> ask("/ask", produce)));
    }

    private boolean small() {
        return input.bytes() <= Workload.INLINE_BYTES;
    }

    private String smallNote() {
        return small() ? "up to " + Workload.INLINE_BYTES + " bytes travel inside the request" : "";
    }

    private void putAndGet(List<Step> steps) throws IOException, InterruptedException {
        List<String> reference = new ArrayList<>();
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, input.bytes());
        steps.add(meter.measure(3, "put for " + CONSUMERS + " gets", put, "", () -> {
            Outcome outcome = ask("/put", Integer.toString(CONSUMERS));
            reference.add(outcome.values().getOrDefault("reference", ""));
            return outcome.stored(input.bytes());
        }));
        if (reference.isEmpty()) {
            return;
        }
        long all = Math.multiplyExact(input.bytes(), CONSUMERS);
        Expected got = Expected.receivers(CONSUMERS)
                .pulled(Role.PRODUCER, Role.CONSUMER, all)
                .counted(Role.CONSUMER, Flow.GET, all);
        steps.add(meter.measure(
                3,
                "get by " + CONSUMERS + " consumers",
                got,
                "all at once; hashing is their sum",
                () -> fetchTogether(reference.getFirst())));
        steps.add(meter.measure(
                3,
                "get by a fourth",
                Expected.receivers(0),
                "answered 410 gone, as it must be",
                () -> fetchInVain(reference.getFirst())));
    }

    private Outcome fetchInVain(String reference) throws IOException, InterruptedException, StepFailed {
        long start = System.nanoTime();
        Functions.Answer answer = functions.call(network.consumerService(), "/fetch", reference);
        if (!answer.refused(410, "gone")) {
            throw new StepFailed("a get after the last one must answer 410 gone, and answered " + answer.said());
        }
        return new Outcome(-1, Duration.ofNanos(System.nanoTime() - start), Duration.ZERO, List.of(), Map.of());
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
            Outcome one = Outcome.of(result(answer));
            bytes += one.bytes();
            hashing = hashing.plus(one.hashing());
            sha256.addAll(one.sha256());
        }
        return new Outcome(bytes, time, hashing, sha256, Map.of());
    }

    private Outcome ask(String path, String body) throws IOException, InterruptedException, StepFailed {
        return Outcome.of(functions.call(network.producerService(), path, body));
    }

    private static Functions.Answer result(Future<Functions.Answer> answer) throws IOException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
