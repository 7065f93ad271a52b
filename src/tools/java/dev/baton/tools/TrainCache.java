package dev.baton.tools;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Trains the AOT cache of a distribution folder: runs its sidecar beside a second one, passes every kind of request through
 * them, and has the JVM write the cache at its end. The cache is kept only if a sidecar then really uses it.
 */
final class TrainCache {
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 5;
    private static final int LARGE = 1 << 20;

    private final Path dist;
    private final Path work;

    private TrainCache(Path dist, Path work) {
        this.dist = dist;
        this.work = work;
    }

    /** Arguments: the distribution folder. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path dist = Path.of(arguments[0]).toAbsolutePath();
        Path work = Files.createDirectories(dist.resolveSibling("train"));
        new TrainCache(dist, work).run();
    }

    private void run() throws IOException, InterruptedException {
        String trained = Loopback.free(1);
        String helper = Loopback.free(2);
        String fresh = dist.relativize(work.resolve("fresh.aot")).toString();
        Map<String, String> settings = Map.of(
                "BATON_OFFER_HOSTS",
                trained + "," + helper,
                "BATON_KEYS_DIR",
                Experiment.sealingKeys(work).toString());
        try (Backend one = new Backend(new InetSocketAddress(trained, SidecarProcess.USER), LARGE);
                Backend other = new Backend(new InetSocketAddress(helper, SidecarProcess.USER), LARGE);
                SidecarProcess a = start(trained, List.of("-XX:AOTCacheOutput=" + fresh), settings, "trained");
                SidecarProcess b = start(helper, List.of(), settings, "helper")) {
            ready(a);
            ready(b);
            for (int round = 0; round < ROUNDS; round++) {
                proxied(a);
                observed(a);
                handedOver(a, b);
                handedOver(b, a);
            }
            int code = a.stop();
            if (code != 0) {
                throw new IOException("the trained sidecar ended with exit code " + code);
            }
            b.stop();
        }
        verify(trained, fresh);
        Files.move(work.resolve("fresh.aot"), dist.resolve("baton.aot"), StandardCopyOption.REPLACE_EXISTING);
    }

    private SidecarProcess start(String address, List<String> flags, Map<String, String> settings, String name)
            throws IOException {
        return SidecarProcess.start(dist, flags, address, settings, work.resolve(name + ".log"));
    }

    private static void ready(SidecarProcess sidecar) throws IOException, InterruptedException {
        sidecar.awaitOk(SidecarProcess.MAIN, "/", START_PATIENCE);
        sidecar.awaitOk(SidecarProcess.ADMIN, "/actuator/health", START_PATIENCE);
    }

    private static void proxied(SidecarProcess sidecar) throws IOException {
        try (HttpWire wire = HttpWire.connect(sidecar.at(SidecarProcess.MAIN))) {
            wire.skipBody(wire.exchange("GET", "/"));
            wire.skipBody(wire.exchange("POST", "/small", new byte[1000]));
            wire.skipBody(wire.exchange("POST", "/large", new byte[LARGE]));
            wire.skipBody(
                    wire.exchange("GET", "/healthz", "User-Agent: Knative-Activator-Probe", "K-Network-Probe: queue"));
            wire.skipBody(wire.exchange("GET", "/", "X-Forwarded-For: 10.0.0.1", "K-Proxy-Request: activator"));
        }
    }

    private static void observed(SidecarProcess sidecar) throws IOException {
        try (HttpWire stat = HttpWire.connect(sidecar.at(SidecarProcess.STAT));
                HttpWire admin = HttpWire.connect(sidecar.at(SidecarProcess.ADMIN))) {
            stat.skipBody(stat.exchange("GET", "/metrics"));
            for (String path : List.of("health/liveness", "health/readiness", "prometheus", "info")) {
                admin.skipBody(admin.exchange("GET", "/actuator/" + path));
            }
        }
    }

    /** Objects and invocations from one pod to the other, by value and by reference. */
    private static void handedOver(SidecarProcess from, SidecarProcess to) throws IOException {
        String target = "Baton-Target: http:/" + to.at(SidecarProcess.MAIN) + "/";
        try (HttpWire producer = HttpWire.connect(from.at(SidecarProcess.ADMIN));
                HttpWire consumer = HttpWire.connect(to.at(SidecarProcess.ADMIN))) {
            for (int size : new int[] {1000, LARGE}) {
                HttpWire.Head put = producer.exchange("POST", "/v1/objects?retrievals=2&ttl=30s", new byte[size]);
                expect(201, put);
                String reference = producer.readText(put).strip();
                HttpWire.Head got = consumer.exchange("GET", "/v1/objects/" + reference);
                expect(200, got);
                consumer.skipBody(got);
                producer.skipBody(producer.exchange("DELETE", "/v1/objects/" + reference));
                consumer.skipBody(consumer.exchange("GET", "/v1/objects/" + reference));
                HttpWire.Head invoked = producer.exchange("POST", "/v1/invoke", new byte[size], target);
                expect(200, invoked);
                producer.skipBody(invoked);
            }
        }
    }

    private static void expect(int status, HttpWire.Head head) throws IOException {
        if (head.status() != status) {
            throw new IOException("expected status " + status + ", got " + head.status() + ": " + head.headers());
        }
    }

    /** The JVM drops a cache silently when anything differs from the training, so one run is asked whether it did. */
    private void verify(String address, String cache) throws IOException, InterruptedException {
        Path jvmLog = work.resolve("verify.jvm");
        List<String> flags = List.of("-XX:AOTCache=" + cache, "-Xlog:aot:file=" + jvmLog);
        try (Backend user = new Backend(new InetSocketAddress(address, SidecarProcess.USER), 1);
                SidecarProcess sidecar = start(address, flags, Map.of(), "verify")) {
            sidecar.awaitOk(SidecarProcess.MAIN, "/", START_PATIENCE);
            sidecar.stop();
        }
        if (!Files.readString(jvmLog).contains("Using AOT-linked classes: true")) {
            throw new IOException("the JVM does not use the new cache; see " + jvmLog);
        }
    }
}
