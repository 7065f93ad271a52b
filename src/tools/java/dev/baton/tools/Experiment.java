package dev.baton.tools;

import dev.baton.sdk.BatonClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code scripts/bench} can measure. Each round starts its sidecars anew, so that rounds do not depend on each other. */
enum Experiment {
    /** Time from exec to the first answers. */
    START {
        @Override
        Map<String, Double> round(Path dist, Path work) throws IOException, InterruptedException {
            String address = Loopback.free(1);
            try (Backend user = new Backend(new InetSocketAddress(address, SidecarProcess.USER), KILOBYTE)) {
                long begin = System.nanoTime();
                try (SidecarProcess sidecar = start(dist, work, address, Map.of())) {
                    Map<String, Double> figures = new LinkedHashMap<>();
                    sidecar.awaitOk(SidecarProcess.MAIN, "/", PATIENCE);
                    figures.put("8012 ms", millisSince(begin));
                    sidecar.awaitOk(SidecarProcess.ADMIN, "/actuator/health", PATIENCE);
                    figures.put("actuator ms", millisSince(begin));
                    figures.put("CPU s", ProcessFigures.cpuSeconds(sidecar.pid()));
                    sidecar.stop();
                    return figures;
                }
            }
        }
    },

    /** What a sidecar costs that has nothing to do. */
    IDLE {
        @Override
        Map<String, Double> round(Path dist, Path work) throws IOException, InterruptedException {
            String address = Loopback.free(1);
            try (Backend user = new Backend(new InetSocketAddress(address, SidecarProcess.USER), KILOBYTE);
                    SidecarProcess sidecar = ready(start(dist, work, address, Map.of()))) {
                Thread.sleep(Duration.ofSeconds(2));
                double before = ProcessFigures.cpuSeconds(sidecar.pid());
                Thread.sleep(Duration.ofSeconds(8));
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put("RSS MiB", ProcessFigures.rssMebibytes(sidecar.pid()));
                figures.put("PSS MiB", ProcessFigures.pssMebibytes(sidecar.pid()));
                figures.put("threads", (double) ProcessFigures.threads(sidecar.pid()));
                figures.put("CPU ms/s", (ProcessFigures.cpuSeconds(sidecar.pid()) - before) * 1000 / 8);
                sidecar.stop();
                return figures;
            }
        }
    },

    /** An object put into one sidecar and got from another. */
    OBJECT {
        @Override
        Map<String, Double> round(Path dist, Path work) throws IOException, InterruptedException {
            Map<String, String> settings = Map.of(
                    "BATON_STORE_BYTES",
                    "512MiB",
                    "BATON_KEYS_DIR",
                    sealingKeys(work).toString());
            Map<String, Double> figures = new LinkedHashMap<>();
            try (SidecarProcess producer = start(dist, work, Loopback.free(1), settings);
                    SidecarProcess consumer = start(dist, work, Loopback.free(2), settings)) {
                // There is no user's program to be ready.
                producer.awaitOk(SidecarProcess.ADMIN, "/actuator/health/liveness", PATIENCE);
                consumer.awaitOk(SidecarProcess.ADMIN, "/actuator/health/liveness", PATIENCE);
                passed(producer, consumer, KILOBYTE, 2000, "1 KB ms", figures);
                passed(producer, consumer, 100 * KILOBYTE, 500, "100 KB ms", figures);
                passed(producer, consumer, KILOBYTE * KILOBYTE, 100, "1 MB ms", figures);
                passed(producer, consumer, 10 * KILOBYTE * KILOBYTE, 30, "10 MB ms", figures);
                double before = ProcessFigures.cpuSeconds(producer.pid()) + ProcessFigures.cpuSeconds(consumer.pid());
                int large = 100 * KILOBYTE * KILOBYTE;
                int passes = passed(producer, consumer, large, 6, "100 MB ms", figures);
                double cpu =
                        ProcessFigures.cpuSeconds(producer.pid()) + ProcessFigures.cpuSeconds(consumer.pid()) - before;
                figures.put("CPU s/GB", cpu * 1e9 / ((double) large * passes));
                producer.stop();
                consumer.stop();
                return figures;
            }
        }

        /** Returns how many were passed in all; a quarter of them is for warming up. */
        private int passed(
                SidecarProcess from, SidecarProcess to, int size, int count, String name, Map<String, Double> figures)
                throws IOException {
            byte[] object = new byte[size];
            int warmUp = Math.max(1, count / 4);
            double[] millis = new double[count];
            try (HttpWire put = HttpWire.connect(from.at(SidecarProcess.ADMIN));
                    HttpWire get = HttpWire.connect(to.at(SidecarProcess.ADMIN))) {
                for (int i = -warmUp; i < count; i++) {
                    long begin = System.nanoTime();
                    HttpWire.Head stored = put.exchange("POST", "/v1/objects", object);
                    String reference = put.readText(stored).strip();
                    HttpWire.Head got = get.exchange("GET", "/v1/objects/" + reference);
                    long length = get.skipBody(got);
                    if (stored.status() != 201 || got.status() != 200 || length != size) {
                        throw new IOException("put " + stored.status() + ", get " + got.status() + ", " + length
                                + " of " + size + " bytes");
                    }
                    if (i >= 0) {
                        millis[i] = millisSince(begin);
                    }
                }
            }
            figures.put(name, Spread.of(millis).median());
            return warmUp + count;
        }
    },

    /** Objects between a function and its own sidecar, as memory and as bytes. */
    HANDOVER {
        @Override
        Map<String, Double> round(Path dist, Path work) throws IOException, InterruptedException {
            String address = Loopback.free(1);
            String socket = "@baton-bench-" + ProcessHandle.current().pid();
            Map<String, String> settings = Map.of("BATON_STORE_BYTES", "2GiB", "BATON_SOCKET", socket);
            URI http = URI.create("http://" + address + ":" + SidecarProcess.ADMIN);
            try (SidecarProcess sidecar = start(dist, work, address, settings)) {
                sidecar.awaitOk(SidecarProcess.ADMIN, "/actuator/health/liveness", PATIENCE);
                // The socket comes last of all.
                Thread.sleep(Duration.ofSeconds(2));
                try (HandoverExperiment experiment = new HandoverExperiment(
                        sidecar, BatonClient.connect(http, socket), BatonClient.connect(http, ""))) {
                    Map<String, Double> figures = experiment.measure();
                    sidecar.stop();
                    return figures;
                }
            }
        }
    };

    private static final int KILOBYTE = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Measures once. Blocks.
     *
     * @param dist the distribution to measure
     * @param work a folder for logs and keys
     * @return figures by name and unit, in the order in which to show them
     */
    abstract Map<String, Double> round(Path dist, Path work) throws IOException, InterruptedException;

    private static SidecarProcess start(Path dist, Path work, String address, Map<String, String> settings)
            throws IOException {
        List<String> cache = SidecarProcess.cacheFlags(dist);
        return SidecarProcess.start(dist, cache, address, settings, work.resolve(address + ".log"));
    }

    private static SidecarProcess ready(SidecarProcess sidecar) throws IOException, InterruptedException {
        sidecar.awaitOk(SidecarProcess.MAIN, "/", PATIENCE);
        sidecar.awaitOk(SidecarProcess.ADMIN, "/actuator/health", PATIENCE);
        return sidecar;
    }

    /** A folder with one key, which protects nothing and need not be random. */
    static Path sealingKeys(Path work) throws IOException {
        Path keys = Files.createDirectories(work.resolve("keys"));
        Files.writeString(keys.resolve("k1"), Base64.getEncoder().encodeToString(new byte[32]));
        Files.writeString(keys.resolve("current"), "k1");
        return keys;
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }
}
