package dev.baton.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A running pod: a real sidecar process and a real function process. Any thread; the calls that ask the sidecar block. */
final class Pod {
    private static final int LOG_LINES = 10;
    private static final int LINE_LENGTH = 300;

    private final Place place;
    private final HttpClient http;
    private final Process sidecar;
    private final Process function;
    private final Path sidecarLog;
    private final Path functionLog;

    private Pod(Place place, HttpClient http, Process sidecar, Process function, Path sidecarLog, Path functionLog) {
        this.place = place;
        this.http = http;
        this.sidecar = sidecar;
        this.function = function;
        this.sidecarLog = sidecarLog;
        this.functionLog = functionLog;
    }

    /** Starts both containers and does not wait for them. */
    static Pod start(Place place, Class<?> functionMain, Workload workload, HttpClient http, Janitor janitor)
            throws IOException {
        Path sidecarLog = workload.folder().resolve(place.name() + "-sidecar.log");
        Path functionLog = workload.folder().resolve(place.name() + "-function.log");
        Process function = start(
                place.command(Workload.javaCommand(functionMain)),
                workload.folder(),
                workload.functionEnvironment(place),
                Map.of(),
                functionLog,
                janitor);
        Process sidecar = start(
                place.command(workload.sidecar()),
                workload.sidecarFolder(),
                workload.sidecarEnvironment(place),
                place.sidecar(),
                sidecarLog,
                janitor);
        return new Pod(place, http, sidecar, function, sidecarLog, functionLog);
    }

    Place place() {
        return place;
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

    Pulled pulled() throws IOException, InterruptedException {
        return Pulled.parse(metrics());
    }

    long spliced() throws IOException, InterruptedException {
        return Pulled.spliced(metrics());
    }

    private String metrics() throws IOException, InterruptedException {
        var answer = http.send(get(Place.API_PORT, "/actuator/prometheus").build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(place.name() + "'s sidecar answers " + answer.statusCode() + " for its metrics");
        }
        return answer.body();
    }

    Usage sidecarUsage() throws IOException {
        return Usage.of(sidecar);
    }

    void resetPeak() {
        Usage.resetPeak(sidecar);
    }

    /** The last lines of both logs, for somebody who wants to know why a step failed. */
    String lastLogLines() {
        return tail("sidecar", sidecarLog) + tail("function", functionLog);
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

    /** @throws IOException that says which of the two processes ended, and how */
    void requireAlive() throws IOException {
        requireAlive(sidecar, "sidecar");
        requireAlive(function, "function");
    }

    private void requireAlive(Process process, String what) throws IOException {
        if (!process.isAlive()) {
            throw new IOException(
                    "the " + place.name() + "'s " + what + " ended with exit code " + process.exitValue());
        }
    }

    private HttpRequest.Builder get(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + place.address() + ":" + port + path))
                .timeout(Duration.ofSeconds(5));
    }

    private String tail(String what, Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
            String text = last.stream().map(Pod::cut).collect(Collectors.joining("\n"));
            return text.isEmpty() ? "" : "--- " + place.name() + "'s " + what + ":\n" + text + "\n";
        } catch (IOException e) {
            return "--- " + place.name() + "'s " + what + ": no log (" + e.getMessage() + ")\n";
        }
    }

    /** A stack trace in a line of JSON would push the other lines off the screen. */
    private static String cut(String line) {
        return line.length() <= LINE_LENGTH ? line : line.substring(0, LINE_LENGTH) + " ...";
    }

    private static Process start(
            List<String> command,
            Path folder,
            Map<String, String> env,
            Map<String, String> more,
            Path log,
            Janitor janitor)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        // A container inherits nothing from whoever started it.
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.clear();
        environment.put("PATH", path);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putAll(env);
        environment.putAll(more);
        Process process = builder.start();
        janitor.process(process);
        return process;
    }
}
