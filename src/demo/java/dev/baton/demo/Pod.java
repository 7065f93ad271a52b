package dev.baton.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running pod: a real sidecar process and, unless that runs its functions itself, a real function process. Any thread;
 * the calls that ask the sidecar block.
 */
final class Pod {
    private final Place place;
    private final HttpClient http;
    private final Container sidecar;
    private final List<Container> containers;

    private Pod(Place place, HttpClient http, Container sidecar, List<Container> containers) {
        this.place = place;
        this.http = http;
        this.sidecar = sidecar;
        this.containers = containers;
    }

    /**
     * Starts its containers and does not wait for them.
     *
     * @param functionMain the function's program; null for a sidecar that runs functions itself
     */
    static Pod start(Place place, @Nullable Class<?> functionMain, Workload workload, HttpClient http, Janitor janitor)
            throws IOException {
        List<Container> containers = new ArrayList<>();
        if (functionMain != null) {
            containers.add(Container.start(
                    place.name() + "'s function",
                    place.command(Workload.javaCommand(functionMain)),
                    workload.folder(),
                    workload.functionEnvironment(place),
                    workload.folder().resolve(place.name() + "-function.log"),
                    janitor));
        }
        Map<String, String> environment = new HashMap<>(workload.sidecarEnvironment(place));
        environment.putAll(place.sidecar());
        if (functionMain == null) {
            environment.putAll(workload.wasmEnvironment());
        }
        Container sidecar = Container.start(
                place.name() + "'s sidecar",
                place.command(functionMain == null ? workload.wasmSidecar() : workload.sidecar()),
                workload.sidecarFolder(),
                environment,
                workload.folder().resolve(place.name() + "-sidecar.log"),
                janitor);
        containers.addFirst(sidecar);
        return new Pod(place, http, sidecar, List.copyOf(containers));
    }

    /** Asks as the activator does, until the pod is ready, and then until its metrics are there. */
    void awaitReady(Duration limit) throws IOException, InterruptedException {
        HttpRequest probe = get(Place.SERVING_PORT, "/healthz")
                .header("User-Agent", "Knative-Activator-Probe")
                .header("K-Network-Probe", "queue")
                .build();
        long end = System.nanoTime() + limit.toNanos();
        await(probe, "queue", end);
        await(get(Place.API_PORT, "/actuator/prometheus").build(), "", end);
    }

    /** What the sidecar has counted since its start. */
    Counters counters() throws IOException, InterruptedException {
        var answer = http.send(get(Place.API_PORT, "/actuator/prometheus").build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(place.name() + "'s sidecar answers " + answer.statusCode() + " for its metrics");
        }
        return Counters.parse(answer.body());
    }

    Usage sidecarUsage() throws IOException {
        return Usage.of(sidecar.process());
    }

    void resetPeak() {
        Usage.resetPeak(sidecar.process());
    }

    /** The last lines of all logs, for somebody who wants to know why a step failed. */
    String lastLogLines() {
        return containers.stream().map(Container::lastLogLines).collect(Collectors.joining());
    }

    /** @throws IOException that says which of its processes ended, and how */
    void requireAlive() throws IOException {
        for (Container container : containers) {
            container.requireAlive();
        }
    }

    private void await(HttpRequest request, String body, long end) throws IOException, InterruptedException {
        String last = "no answer";
        while (System.nanoTime() - end < 0) {
            requireAlive();
            try {
                HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == 200 && answer.body().startsWith(body)) {
                    return;
                }
                last = "answer " + answer.statusCode();
            } catch (IOException e) {
                last = "no answer (" + e + ")";
            }
            Thread.sleep(20);
        }
        throw new IOException("the " + place.name() + "'s pod is not ready in time: " + last + " on "
                + request.uri().getPath());
    }

    private HttpRequest.Builder get(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + place.address() + ":" + port + path))
                .timeout(Duration.ofSeconds(5));
    }
}
