package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The steps in which functions in Java and their sidecars pass memory to each other instead of bytes. */
final class DescriptorSteps {
    private final Input input;
    private final Network network;
    private final Meter meter;
    private final Functions functions;
    private final Limits limits;

    DescriptorSteps(Input input, Network network, Meter meter, Functions functions, Limits limits) {
        this.input = input;
        this.network = network;
        this.meter = meter;
        this.functions = functions;
        this.limits = limits;
    }

    /** Runs all of them, in order, and adds their rows. */
    void run(List<Step> steps) throws IOException, InterruptedException {
        if (input.bytes() > limits.storeBytes()) {
            steps.add(Step.notApplicable(5, "put, get by descriptor", limits.storeTooSmall()));
            return;
        }
        List<String> reference = new ArrayList<>();
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, input.bytes());
        steps.add(meter.measure(5, "put by descriptor", put, "", () -> {
            Outcome given = Outcome.of(functions.call(network.producerService(), "/give", "1"));
            reference.add(given.values().getOrDefault("reference", ""));
            return given.stored(input.bytes()).noting(took("put", "of the file in memory", given));
        }));
        if (reference.isEmpty()) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.PRODUCER, Role.CONSUMER, input.bytes())
                .counted(Role.CONSUMER, Flow.GET, input.bytes());
        steps.add(meter.measure(5, "get by descriptor", got, "", () -> {
            Outcome mapped = Outcome.of(functions.call(network.consumerService(), "/map", reference.getFirst()));
            return mapped.noting(took("get", "with the pull from pod to pod", mapped));
        }));
    }

    /** What the figures leave out: the call alone, without the reading of the file or the hashing. */
    private static String took(String call, String what, Outcome outcome) {
        Duration time = Duration.ofNanos(Long.parseLong(outcome.values().getOrDefault("call_ns", "0")));
        boolean memory = "MEMORY".equals(outcome.values().get("way"));
        return String.format(
                Locale.ROOT,
                "the %s alone, %s, took %.1f ms%s",
                call,
                what,
                Step.seconds(time) * 1000,
                memory ? "" : "; over HTTP, as memory could not be passed");
    }
}
