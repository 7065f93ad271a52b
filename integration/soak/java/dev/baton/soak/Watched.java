package dev.baton.soak;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A running sidecar, seen from outside: its process in /proc, its metrics, its Stat, its log. Blocks. */
final class Watched implements AutoCloseable {
    static final int ADMIN = 8022;
    static final int MAIN = 8012;
    static final int PULL = 8013;
    private static final int STAT = 9090;
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int FIXED64 = 1;
    /** TCP_ESTABLISHED, as proc(5) spells it. */
    private static final String ESTABLISHED = "01";

    private final Process process;
    private final String address;
    private final Path log;

    private Watched(Process process, String address, Path log) {
        this.process = process;
        this.address = address;
        this.log = log;
    }

    /** Starts a sidecar in its folder, with few permits and limits of seconds, and waits until all of it is up. */
    static Watched start(
            List<String> command,
            Path folder,
            String address,
            Path certificates,
            Path log,
            Map<String, String> settings)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.ofEntries(
                        Map.entry("CONTAINER_CONCURRENCY", "10"),
                        Map.entry("QUEUE_SERVING_PORT", Integer.toString(MAIN)),
                        Map.entry("QUEUE_SERVING_TLS_PORT", Integer.toString(Tls.PORT)),
                        Map.entry("USER_PORT", Integer.toString(Program.PORT)),
                        Map.entry("REVISION_TIMEOUT_SECONDS", "6"),
                        Map.entry("REVISION_RESPONSE_START_TIMEOUT_SECONDS", "2"),
                        Map.entry("REVISION_IDLE_TIMEOUT_SECONDS", "3"),
                        Map.entry("SERVING_LOGGING_CONFIG", ""),
                        Map.entry("SERVING_LOGGING_LEVEL", "warn"),
                        Map.entry("SERVING_NAMESPACE", "soak"),
                        Map.entry("SERVING_CONFIGURATION", "soak"),
                        Map.entry("SERVING_REVISION", "soak-00001"),
                        Map.entry("SERVING_POD", "soak-00001-pod"),
                        Map.entry("SERVING_POD_IP", address),
                        Map.entry("BATON_BIND", address),
                        Map.entry("BATON_CERTS_DIR", certificates.toString())));
        builder.environment().putAll(settings);
        Process process = builder.start();
        // No sidecar outlives the run, whoever ends that.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Watched sidecar = new Watched(process, address, log);
        try {
            sidecar.awaitMetrics();
            return sidecar;
        } catch (IOException | RuntimeException failure) {
            sidecar.close();
            throw failure;
        }
    }

    private void awaitMetrics() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                metrics();
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException("the sidecar has not come up:\n" + Files.readString(log), notYet);
                }
                Program.pause(100);
            }
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    String address() {
        return address;
    }

    /** How many of its connections go to this port of another process. */
    long connectionsTo(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String file : new String[] {"tcp", "tcp6"}) {
            for (String row : Files.readAllLines(Path.of("/proc/" + pid() + "/net/" + file))) {
                String[] columns = row.strip().split("\\s+", -1);
                if (columns[2].endsWith(String.format(":%04X", port)) && columns[3].equals(ESTABLISHED)) {
                    sockets.add("socket:[" + columns[9] + "]");
                }
            }
        }
        return descriptors(sockets::contains);
    }

    /**
     * What the sidecar holds at this moment; not exact while it works.
     *
     * @param neighbour connections between it and the other sidecar
     * @param callers those of them that have come to the main port
     */
    Holding holding(long neighbour, long callers) throws IOException {
        Map<String, Double> metrics = metrics();
        return new Holding(
                descriptors(name -> name.startsWith("socket:")),
                descriptors(name -> name.startsWith("pipe:")),
                descriptors(name -> true),
                number(metrics, "baton_connections") - callers,
                number(metrics, "baton_upstream_connections"),
                neighbour,
                new Objects(
                        number(metrics, "baton_store_used_bytes"),
                        number(metrics, "baton_store_objects"),
                        number(metrics, "baton_store_retrievals"),
                        number(metrics, "baton_transfers_running") + number(metrics, "baton_transfers_waiting"),
                        number(metrics, "baton_store_waiters"),
                        number(metrics, "baton_offers")),
                number(metrics, "baton_requests_in_flight"),
                number(metrics, "baton_breaker_running"),
                number(metrics, "baton_breaker_waiting"),
                concurrency(),
                number(metrics, "baton_buffers_bytes"),
                status("VmRSS:"),
                status("Threads:"));
    }

    private static long number(Map<String, Double> metrics, String name) throws IOException {
        Double value = metrics.get(name);
        if (value == null) {
            throw new IOException("there is no metric " + name);
        }
        return value.longValue();
    }

    private long descriptors(Predicate<String> kind) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
            return all.filter(each -> {
                        try {
                            return kind.test(Files.readSymbolicLink(each).toString());
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    private long status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Gauges without labels, and those with them by their whole text. */
    private Map<String, Double> metrics() throws IOException {
        Map<String, Double> metrics = new TreeMap<>();
        String text = new String(get(ADMIN, "/actuator/prometheus"), StandardCharsets.UTF_8);
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            metrics.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
        return metrics;
    }

    /** Fields 2 and 3 of the Stat: average concurrency, and that of requests by way of the activator. */
    private double concurrency() throws IOException {
        ByteBuffer stat = ByteBuffer.wrap(get(STAT, "/metrics")).order(ByteOrder.LITTLE_ENDIAN);
        double sum = 0;
        while (stat.hasRemaining()) {
            int tag = stat.get();
            if ((tag & 7) == FIXED64) {
                double value = stat.getDouble();
                sum += tag >> 3 == 2 || tag >> 3 == 3 ? value : 0;
            } else {
                int length = stat.get();
                stat.position(stat.position() + length);
            }
        }
        return sum;
    }

    private byte[] get(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral(address), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            Program.text(socket.getOutputStream(), "GET " + path + " HTTP/1.0\r\nHost: " + address + "\r\n\r\n");
            byte[] answer = socket.getInputStream().readAllBytes();
            String text = new String(answer, StandardCharsets.ISO_8859_1);
            int body = text.indexOf("\r\n\r\n");
            if (body < 0 || !text.substring(0, 12).endsWith(" 200")) {
                throw new IOException(
                        "port " + port + " says " + text.lines().findFirst().orElse("nothing"));
            }
            return text.substring(body + 4).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** A collection of garbage in the sidecar, which is when lost buffers are found. */
    void collectGarbage() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd ended with " + jcmd.exitValue());
        }
    }

    List<String> logLines(String text) throws IOException {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains(text)).toList();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
