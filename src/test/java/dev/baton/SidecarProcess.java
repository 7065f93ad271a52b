package dev.baton;

import dev.baton.config.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A whole sidecar in a JVM of its own, started from the test's class path with the flags that ship, on a loopback address of
 * its own, so that its fixed ports collide with nobody's. All waits are bounded. One thread.
 */
public final class SidecarProcess implements AutoCloseable {
    public static final int MAIN = 8012;
    public static final int PULL = 8013;
    public static final int ADMIN = 8022;
    public static final int STAT = 9090;
    public static final int USER = 8080;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path FOLDER = Path.of("target", "sidecars");
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final Process process;
    private final String address;
    private final Path out;
    private final Path err;
    private final HttpClient client;

    private SidecarProcess(Process process, String address, Path out, Path err) {
        this.process = process;
        this.address = address;
        this.out = out;
        this.err = err;
        // Comes from the pod's address, as the pod's own function does.
        this.client = client(address);
    }

    /** An address in 127.0.0.0/8 that no other test of this machine uses; all of its ports are free. */
    public static String freeAddress() {
        long pid = ProcessHandle.current().pid();
        int next = ADDRESSES.getAndIncrement();
        return "127." + (64 + (pid >> 8) % 128) + "." + pid % 256 + "." + (1 + next % 254);
    }

    /** A client whose connections come from that address. */
    public static HttpClient client(String source) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .localAddress(InetAddress.ofLiteral(source))
                .connectTimeout(Duration.ofSeconds(60))
                .build();
    }

    /** The settings of a sidecar on that address, as Knative's controller would give them; to be changed and given to {@link #start}. */
    public static Map<String, String> settings(String address) {
        return new TreeMap<>(Environment.minimal()
                .with("QUEUE_SERVING_PORT", Integer.toString(MAIN), "USER_PORT", Integer.toString(USER))
                .with("SERVING_LOGGING_LEVEL", "info", "SERVING_NAMESPACE", "test")
                .with("SERVING_CONFIGURATION", "function", "SERVING_REVISION", "function-00001")
                .with("SERVING_POD", "function-00001-pod", "SERVING_POD_IP", address)
                .with("BATON_BIND", address, "BATON_POD_CIDRS", "127.0.0.0/8", "BATON_DRAIN_QUIET", "50ms")
                .variables());
    }

    /** Starts a sidecar with the usual settings on an address of its own, and does not wait for it. */
    public static SidecarProcess start() {
        String address = freeAddress();
        return start(address, settings(address));
    }

    /**
     * Starts a sidecar and does not wait for it.
     *
     * @param environment the whole environment of the process
     * @param flags for the JVM, after those that ship
     */
    public static SidecarProcess start(String address, Map<String, String> environment, String... flags) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(shippedFlags());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        try {
            Files.createDirectories(FOLDER);
            Path out = Files.createTempFile(FOLDER, address + "-", ".out");
            Path err = Path.of(out.toString().replaceFirst("out$", "err"));
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            return new SidecarProcess(builder.start(), address, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without what is about the distribution's folder: native code comes out of the jars here, and no Spring AOT has run. */
    private static List<String> shippedFlags() {
        try {
            return Files.readAllLines(Path.of("src/main/dist/jvm.options")).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("-"))
                    .filter(line -> !line.startsWith("-cp ")
                            && !line.startsWith("-Djava.library.path")
                            && !line.startsWith("-Djna.")
                            && !line.startsWith("-Dspring.aot"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String address() {
        return address;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public URI uri(int port, String path) {
        return URI.create("http://" + address + ":" + port + path);
    }

    public HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(uri(port, path)).timeout(PATIENCE);
    }

    /** Sends a request from the pod's own address. Blocks. */
    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    public HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return send(request(port, path).build());
    }

    /** The client whose connections come from the pod's own address. */
    public HttpClient client() {
        return client;
    }

    /** Waits until the main port accepts connections, whatever the user's program does. */
    public SidecarProcess awaitMainPort() {
        return await("main port", () -> {
            try (var socket = new java.net.Socket(address, MAIN)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Waits until all of the sidecar is up, the control plane last. */
    public SidecarProcess awaitControlPlane() {
        return await("control plane", () -> answers(ADMIN, "/actuator/health/liveness"));
    }

    private boolean answers(int port, String path) {
        try {
            return get(port, path).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for something to become true. */
    public SidecarProcess await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new AssertionError("no " + what + (process.isAlive() ? " in time" : ", the sidecar has ended")
                        + "\n" + stdout() + stderr());
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return this;
    }

    /** Waits for a line of the log that contains this text. */
    public SidecarProcess awaitLine(String text) {
        return await("line with " + text, () -> stdout().contains(text));
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for the process to end by itself. Returns its exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the sidecar does not end\n" + stdout() + stderr());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything on standard output so far. */
    public String stdout() {
        return read(out);
    }

    public String stderr() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process if it still runs, and removes its output. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
        client.close();
        try {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
