package dev.baton.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The steps in which functions in Java and their sidecars pass memory to each other instead of bytes. */
final class DescriptorSteps {
    private final Stage stage;

    DescriptorSteps(Stage stage) {
        this.stage = stage;
    }

    /** Runs all of them, in order, and adds their rows. */
    void run(List<Step> steps) throws IOException, InterruptedException {
        if (stage.bytes() > stage.limits().storeBytes()) {
            steps.add(Step.notApplicable(
                    5, "put, get by descriptor", stage.limits().storeTooSmall()));
            return;
        }
        Expected put = Expected.receivers(0).counted(Role.PRODUCER, Flow.PUT, stage.bytes());
        String reference = stage.put(steps, 5, "put by descriptor", put, "", "reference", () -> {
            Outcome given = Outcome.of(stage.functions().call(stage.network().producerService(), "/give", "1"));
            return given.noting(took("put", "of the file in memory", given));
        });
        if (reference == null) {
            return;
        }
        Expected got = Expected.receivers(1)
                .pulled(Role.PRODUCER, Role.CONSUMER, stage.bytes())
                .counted(Role.CONSUMER, Flow.GET, stage.bytes());
        steps.add(stage.meter().measure(5, "get by descriptor", got, "", () -> {
            Outcome mapped = Outcome.of(stage.functions().call(stage.network().consumerService(), "/map", reference));
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
