package dev.baton.tck;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A sidecar under test: one process, started by its launcher command with the variables a controller sets. */
final class Sidecar implements AutoCloseable {
    static final int MAIN = 8012;
    static final int ADMIN = 8022;
    static final int STAT = 9090;
    static final int USER_METRICS = 9091;
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    /** What the controller of v0.42 sets when nothing is configured. */
    private static final Map<String, String> STOCK = Map.ofEntries(
            Map.entry("CONTAINER_CONCURRENCY", "0"),
            Map.entry("QUEUE_SERVING_PORT", "8012"),
            Map.entry("QUEUE_SERVING_TLS_PORT", "8112"),
            Map.entry("REVISION_TIMEOUT_SECONDS", "300"),
            Map.entry("SERVING_NAMESPACE", "default"),
            Map.entry("SERVING_SERVICE", "hello"),
            Map.entry("SERVING_CONFIGURATION", "hello"),
            Map.entry("SERVING_REVISION", "hello-00001"),
            Map.entry("SERVING_POD", "hello-00001-pod"),
            Map.entry("SERVING_POD_IP", "127.0.0.1"),
            Map.entry("SERVING_LOGGING_CONFIG", ""),
            Map.entry("SERVING_LOGGING_LEVEL", ""),
            Map.entry("METRICS_DOMAIN", "knative.dev/serving"),
            Map.entry("SYSTEM_NAMESPACE", "knative-serving"),
            Map.entry("TRACING_CONFIG_BACKEND", "none"),
            Map.entry("SERVING_REQUEST_METRICS_BACKEND", "prometheus"),
            Map.entry("METRICS_COLLECTOR_ADDRESS", ""));

    private final Process process;
    private final Path output;

    private Sidecar(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts the process without waiting; a variable set to the empty word {@code "-"} is left out. */
    static Sidecar launch(List<String> command, int userPort, Map<String, String> changes) throws IOException {
        Path output = Files.createTempFile("baton-tck", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile());
        builder.environment().putAll(STOCK);
        builder.environment().put("USER_PORT", Integer.toString(userPort));
        changes.forEach((name, value) -> {
            if (value.equals("-")) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return new Sidecar(builder.start(), output);
    }

    /** Waits until all its fixed ports accept, and further ones, so that a case never meets a half-started process. */
    void awaitPorts(int... further) throws IOException {
        await(IntStream.concat(IntStream.of(MAIN, ADMIN, STAT), IntStream.of(further))
                .toArray());
    }

    /** As above, of a sidecar whose main port is another one. */
    void await(int... ports) throws IOException {
        Instant limit = Instant.now().plus(START_LIMIT);
        for (int port : ports) {
            while (!accepts(port)) {
                if (!process.isAlive() || Instant.now().isAfter(limit)) {
                    throw new IOException("sidecar did not start: " + output());
                }
                pause();
            }
        }
    }

    static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(Wire.loopback(port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    void terminate() {
        process.destroy();
    }

    /** SIGINT. */
    void interrupt() throws IOException, InterruptedException {
        signal("INT");
    }

    /** It stands still from here on, until {@link #goOn}; the kernel goes on taking in what is sent to it. */
    void stop() throws IOException, InterruptedException {
        signal("STOP");
        for (int i = 0; i < 500 && !standsStill(); i++) {
            pause();
        }
    }

    /** Each of its threads has to come to the signal first. */
    private boolean standsStill() throws IOException {
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
        } catch (NoSuchFileException ended) {
            return false;
        }
        return true;
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("bash", "-c", "kill -" + name + " " + process.pid())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("no SIG" + name + " to " + process.pid());
        }
    }

    /** The exit code within the limit, or -1. */
    int exitCode(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().join();
        Files.deleteIfExists(output);
    }
}
