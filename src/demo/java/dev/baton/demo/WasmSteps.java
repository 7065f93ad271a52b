package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The steps with functions in Wasm, which a third sidecar runs itself: among themselves, and with functions in containers. */
final class WasmSteps {
    private static final String NEIGHBOUR = "Wasm function to its neighbour";
    private static final String THERE = "put by a container";

    private final Input input;
    private final Network network;
    private final Meter meter;
    private final Functions functions;
    private final Limits limits;

    WasmSteps(Input input, Network network, Meter meter, Functions functions, Limits limits) {
        this.input = input;
        this.network = network;
        this.meter = meter;
        this.functions = functions;
        this.limits = limits;
    }

    /** Runs all of them, in order, and adds their rows. */
    void run(List<Step> steps) throws IOException, InterruptedException {
        String tooLarge = limits.linearMemoryTooSmall(input.bytes());
        if (tooLarge != null) {
            steps.add(Step.notApplicable(6, NEIGHBOUR, tooLarge));
            steps.add(Step.notApplicable(7, "container and Wasm function", tooLarge));
            return;
        }
        neighbours(steps);
        if (input.bytes() <= limits.storeBytes()) {
            containerToWasm(steps);
            wasmToContainer(steps);
        } else {
            steps.add(Step.notApplicable(7, "container and Wasm function", limits.storeTooSmall()));
        }
    }

    /** The function that is sent the file calls the one beside it with it, and answers what that one answers. */
    private void neighbours(List<Step> steps) throws IOException, InterruptedException {
        Expected expected =
                Expected.receivers(1).inline(input.bytes()).counted(Role.FUNCTIONS, Flow.NEIGHBOUR, input.bytes());
        String note = "the first function's own request brings the file, inline";
        steps.add(meter.measure(6, NEIGHBOUR, expected, note, () -> {
            Outcome sent = send("/relay");
            return Outcome.ofWasm(sent.values().getOrDefault("answer", ""), sent.time());
        }));
    }

    private void containerToWasm(List<Step> steps) throws IOException, InterruptedException {
        List<String> reference = new ArrayList<>();
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, input.bytes());
        steps.add(meter.measure(7, THERE, put, "", () -> {
            Outcome outcome = Outcome.of(functions.call(network.producerService(), "/put", "1"));
            reference.add(outcome.values().getOrDefault("reference", ""));
            return outcome.stored(input.bytes());
        }));
        if (reference.isEmpty()) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.PRODUCER, Role.FUNCTIONS, input.bytes())
                .counted(Role.FUNCTIONS, Flow.GET, input.bytes());
        steps.add(meter.measure(7, "get by a Wasm function", got, "", () -> {
            long start = System.nanoTime();
            Functions.Answer answer =
                    Outcome.good(functions.call(network.functionsService(), "/fetcher", reference.getFirst()));
            return Outcome.ofWasm(answer.text(), Duration.ofNanos(System.nanoTime() - start));
        }));
    }

    private void wasmToContainer(List<Step> steps) throws IOException, InterruptedException {
        List<String> reference = new ArrayList<>();
        Expected put = Expected.receivers(0).inline(input.bytes()).counted(Role.FUNCTIONS, Flow.PUT, input.bytes());
        String note = "the function's own request brings the file, inline";
        steps.add(meter.measure(7, "put by a Wasm function", put, note, () -> {
            Outcome sent = send("/putter");
            reference.add(sent.values().getOrDefault("answer", ""));
            return sent.stored(input.bytes());
        }));
        if (reference.isEmpty()) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.FUNCTIONS, Role.CONSUMER, input.bytes())
                .counted(Role.CONSUMER, Flow.GET, input.bytes());
        steps.add(meter.measure(
                7,
                "get by a container",
                got,
                "",
                () -> Outcome.of(functions.call(network.consumerService(), "/fetch", reference.getFirst()))));
    }

    /** The producer's function sends the file to a Wasm function, as any client would. */
    private Outcome send(String path) throws IOException, InterruptedException, StepFailed {
        String url = Functions.url(network.functionsService(), path).toString();
        return Outcome.of(functions.call(network.producerService(), "/send", url));
    }
}
