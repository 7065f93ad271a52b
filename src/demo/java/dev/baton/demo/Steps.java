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

    private final Stage stage;

    Steps(Stage stage) {
        this.stage = stage;
    }

    /** Runs all of them, in order; a failed one does not keep the next from running. */
    List<Step> run() throws IOException, InterruptedException {
        List<Step> steps = new ArrayList<>();
        invoke(steps);
        if (stage.bytes() <= stage.limits().storeBytes()) {
            putAndGet(steps);
        } else {
            steps.add(Step.notApplicable(
                    3, "put, get by " + CONSUMERS, stage.limits().storeTooSmall()));
        }
        answer(steps);
        new DescriptorSteps(stage).run(steps);
        new WasmSteps(stage).run(steps);
        return steps;
    }

    private void invoke(List<Step> steps) throws IOException, InterruptedException {
        long bytes = stage.bytes();
        String outside =
                Functions.url(stage.network().outsideService(), "/receive").toString();
        String inside =
                Functions.url(stage.network().consumerService(), "/receive").toString();
        Expected inline = Expected.receivers(1).inline(bytes).counted(Role.PRODUCER, Flow.INLINE, bytes);
        Expected referenced = small()
                ? inline
                : Expected.receivers(1)
                        .counted(Role.PRODUCER, Flow.REFERENCED, bytes)
                        .pulled(Role.PRODUCER, Role.CONSUMER, bytes);
        steps.add(stage.meter().measure(1, "invoke, inline", inline, "", () -> ask("/invoke", outside)));
        steps.add(stage.meter()
                .measure(2, "invoke, by reference", referenced, smallNote(), () -> ask("/invoke", inside)));
    }

    private void answer(List<Step> steps) throws IOException, InterruptedException {
        String produce =
                Functions.url(stage.network().consumerService(), "/produce").toString();
        Expected expected = small()
                ? Expected.receivers(1).inline(stage.bytes())
                : Expected.receivers(1).pulled(Role.CONSUMER, Role.PRODUCER, stage.bytes());
        steps.add(
                stage.meter().measure(4, "response, by reference", expected, smallNote(), () -> ask("/ask", produce)));
    }

    private boolean small() {
        return stage.bytes() <= Workload.INLINE_BYTES;
    }

    private String smallNote() {
        return small() ? "up to " + Workload.INLINE_BYTES + " bytes travel inside the request" : "";
    }

    private void putAndGet(List<Step> steps) throws IOException, InterruptedException {
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, stage.bytes());
        String name = "put for " + CONSUMERS + " gets";
        String reference =
                stage.put(steps, 3, name, put, "", "reference", () -> ask("/put", Integer.toString(CONSUMERS)));
        if (reference == null) {
            return;
        }
        long all = Math.multiplyExact(stage.bytes(), CONSUMERS);
        Expected got = Expected.receivers(CONSUMERS)
                .pulled(Role.PRODUCER, Role.CONSUMER, all)
                .counted(Role.CONSUMER, Flow.GET, all);
        steps.add(stage.meter()
                .measure(
                        3,
                        "get by " + CONSUMERS + " consumers",
                        got,
                        "all at once; hashing is their sum",
                        () -> fetchTogether(reference)));
        steps.add(stage.meter()
                .measure(
                        3,
                        "get by a fourth",
                        Expected.receivers(0),
                        "answered 410 gone, as it must be",
                        () -> fetchInVain(reference)));
    }

    private Outcome fetchInVain(String reference) throws IOException, InterruptedException, StepFailed {
        long start = System.nanoTime();
        Functions.Answer answer = stage.functions().call(stage.network().consumerService(), "/fetch", reference);
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
                answers.add(consumers.submit(
                        () -> stage.functions().call(stage.network().consumerService(), "/fetch", reference)));
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
        return Outcome.of(stage.functions().call(stage.network().producerService(), path, body));
    }

    private static Functions.Answer result(Future<Functions.Answer> answer) throws IOException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
