package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The steps with functions in Wasm, which a third sidecar runs itself: among themselves, and with functions in containers. */
final class WasmSteps {
    private static final String NEIGHBOUR = "Wasm function to its neighbour";

    private final Stage stage;

    WasmSteps(Stage stage) {
        this.stage = stage;
    }

    /** Runs all of them, in order, and adds their rows. */
    void run(List<Step> steps) throws IOException, InterruptedException {
        String tooLarge = stage.limits().linearMemoryTooSmall(stage.bytes());
        if (tooLarge != null) {
            steps.add(Step.notApplicable(6, NEIGHBOUR, tooLarge));
            steps.add(Step.notApplicable(7, "container and Wasm function", tooLarge));
            return;
        }
        neighbours(steps);
        if (stage.bytes() <= stage.limits().storeBytes()) {
            containerToWasm(steps);
            wasmToContainer(steps);
        } else {
            steps.add(Step.notApplicable(
                    7, "container and Wasm function", stage.limits().storeTooSmall()));
        }
    }

    /** The function that is sent the file calls the one beside it with it, and answers what that one answers. */
    private void neighbours(List<Step> steps) throws IOException, InterruptedException {
        Expected expected =
                Expected.receivers(1).inline(stage.bytes()).counted(Role.FUNCTIONS, Flow.NEIGHBOUR, stage.bytes());
        String note = "the first function's own request brings the file, inline";
        steps.add(stage.meter().measure(6, NEIGHBOUR, expected, note, () -> {
            Outcome sent = send("/relay");
            return Outcome.ofWasm(sent.values().getOrDefault("answer", ""), sent.time());
        }));
    }

    private void containerToWasm(List<Step> steps) throws IOException, InterruptedException {
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, stage.bytes());
        String reference = stage.put(
                steps,
                7,
                "put by a container",
                put,
                "",
                "reference",
                () -> Outcome.of(stage.functions().call(stage.network().producerService(), "/put", "1")));
        if (reference == null) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.PRODUCER, Role.FUNCTIONS, stage.bytes())
                .counted(Role.FUNCTIONS, Flow.GET, stage.bytes());
        steps.add(stage.meter().measure(7, "get by a Wasm function", got, "", () -> {
            long start = System.nanoTime();
            Functions.Answer answer =
                    Outcome.good(stage.functions().call(stage.network().functionsService(), "/fetcher", reference));
            return Outcome.ofWasm(answer.text(), Duration.ofNanos(System.nanoTime() - start));
        }));
    }

    private void wasmToContainer(List<Step> steps) throws IOException, InterruptedException {
        Expected put = Expected.receivers(0).inline(stage.bytes()).counted(Role.FUNCTIONS, Flow.PUT, stage.bytes());
        String note = "the function's own request brings the file, inline";
        String reference = stage.put(steps, 7, "put by a Wasm function", put, note, "answer", () -> send("/putter"));
        if (reference == null) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.FUNCTIONS, Role.CONSUMER, stage.bytes())
                .counted(Role.CONSUMER, Flow.GET, stage.bytes());
        steps.add(stage.meter()
                .measure(
                        7,
                        "get by a container",
                        got,
                        "",
                        () -> Outcome.of(
                                stage.functions().call(stage.network().consumerService(), "/fetch", reference))));
    }

    /** The producer's function sends the file to a Wasm function, as any client would. */
    private Outcome send(String path) throws IOException, InterruptedException, StepFailed {
        String url = Functions.url(stage.network().functionsService(), path).toString();
        return Outcome.of(stage.functions().call(stage.network().producerService(), "/send", url));
    }
}
