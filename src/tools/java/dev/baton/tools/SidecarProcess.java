package dev.baton.tools;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A sidecar process on a loopback address of its own, started as its image would start it. One thread. */
final class SidecarProcess implements AutoCloseable {
    static final int MAIN = 8012;
    static final int ADMIN = 8022;
    static final int STAT = 9090;
    static final int USER = 8080;

    private static final Duration END_PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final String address;
    private final Path log;

    private SidecarProcess(Process process, String address, Path log) {
        this.process = process;
        this.address = address;
        this.log = log;
    }

    /**
     * Starts a sidecar and does not wait for it.
     *
     * @param dist the folder with the jar, its flags and the native libraries
     * @param flags JVM flags ahead of those of the distribution
     * @param address the loopback address for all listeners; the user's program is expected there at {@link #USER}
     * @param settings variables beside the queue-proxy's required ones
     * @param log receives both output streams
     */
    static SidecarProcess start(Path dist, List<String> flags, String address, Map<String, String> settings, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("@jvm.options");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(dist.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // A container inherits nothing from whoever starts it.
        builder.environment().clear();
        builder.environment().putAll(environment(address));
        builder.environment().putAll(settings);
        return new SidecarProcess(builder.start(), address, log);
    }

    /** The flags that use the distribution's AOT cache, none when it has no cache. */
    static List<String> cacheFlags(Path dist) {
        return dist.resolve("baton.aot").toFile().exists() ? List.of("-XX:AOTCache=baton.aot") : List.of();
    }

    private static Map<String, String> environment(String address) {
        Map<String, String> env = new TreeMap<>();
        env.put("CONTAINER_CONCURRENCY", "0");
        env.put("QUEUE_SERVING_PORT", Integer.toString(MAIN));
        env.put("QUEUE_SERVING_TLS_PORT", "8112");
        env.put("USER_PORT", Integer.toString(USER));
        env.put("REVISION_TIMEOUT_SECONDS", "300");
        env.put("SERVING_READINESS_PROBE", "{\"tcpSocket\":{\"port\":" + USER + "},\"successThreshold\":1}");
        env.put("SERVING_LOGGING_CONFIG", "");
        env.put("SERVING_LOGGING_LEVEL", "info");
        env.put("SERVING_NAMESPACE", "bench");
        env.put("SERVING_CONFIGURATION", "function");
        env.put("SERVING_REVISION", "function-00001");
        env.put("SERVING_POD", "function-00001-pod");
        env.put("SERVING_POD_IP", address);
        env.put("BATON_BIND", address);
        env.put("BATON_POD_CIDRS", "127.0.0.0/8");
        env.put("BATON_DRAIN_QUIET", "50ms");
        return env;
    }

    long pid() {
        return process.pid();
    }

    InetSocketAddress at(int port) {
        return new InetSocketAddress(address, port);
    }

    /** Waits until one GET is answered 200. Blocks. */
    void awaitOk(int port, String path, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        String last = "no connection";
        while (System.nanoTime() - end < 0) {
            if (!process.isAlive()) {
                throw new IOException("the sidecar ended with exit code " + process.exitValue() + "; its log: " + log);
            }
            try (HttpWire wire = HttpWire.connect(at(port))) {
                HttpWire.Head head = wire.exchange("GET", path);
                wire.skipBody(head);
                if (head.status() == 200) {
                    return;
                }
                last = "status " + head.status();
            } catch (IOException e) {
                last = e.toString();
            }
            Thread.sleep(1);
        }
        throw new IOException("port " + port + " is not ready in time: " + last + "; the sidecar's log: " + log);
    }

    /**
     * SIGTERM, then waits for the drain and the end. Blocks.
     *
     * @return the exit code
     */
    int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("the sidecar does not end; its log: " + log);
        }
        return process.exitValue();
    }

    /** Ends the process if it still runs. Blocks. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
