package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.baton.Await;
import dev.baton.LoopbackAddress;
import dev.baton.admin.AdminRoutes;
import dev.baton.admin.AdminServer;
import dev.baton.admin.Inside;
import dev.baton.config.Environment;
import dev.baton.config.Ports;
import dev.baton.config.SidecarConfig;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.kernel.Linux;
import dev.baton.probe.HealthHandler;
import dev.baton.probe.Readiness;
import dev.baton.proxy.MainPipeline;
import dev.baton.proxy.ProxyHooks;
import dev.baton.proxy.ProxyLog;
import dev.baton.proxy.TrafficObserver;
import dev.baton.reference.KeyRing;
import dev.baton.reference.ReferenceCodec;
import dev.baton.store.MemoryPool;
import dev.baton.store.ObjectStore;
import dev.baton.store.StoreSettings;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pod on a loopback address of its own: the whole request plane, set up by the sidecar's own environment variables, in front of a
 * function. Several live in one JVM. Closing it asserts that nothing is left.
 */
final class TestPod implements AutoCloseable {
    static final SecureRandom RANDOM = new SecureRandom();
    static final KeyRing KEYS = KeyRing.process(Duration.ofHours(1), InstantSource.system(), RANDOM);

    final InetAddress address;
    final AtomicInteger arrived = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final Transfer transfer;
    final ObjectStore store;
    final ReferenceCodec codec;
    final MainPipeline pipeline;
    final long epoch;
    volatile boolean draining;

    private final Map<String, String> settings;
    private final EventLoops loops = new EventLoops(2, "pod");
    private final @Nullable HttpServer function;
    private final Channel main;
    private final Channel pulls;
    private final AdminServer admin;

    /** Settings are variable, value, variable, value. */
    TestPod(@Nullable HttpHandler function, String... settings) {
        this(LoopbackAddress.any(), function, Linux::running, map(settings));
    }

    private TestPod(
            InetAddress address, @Nullable HttpHandler handler, Supplier<Linux> kernel, Map<String, String> settings) {
        this.address = address;
        this.settings = settings;
        Map<String, String> environment = new HashMap<>(Environment.minimal()
                .with("SERVING_POD_IP", "127.0.0.1", "REVISION_TIMEOUT_SECONDS", "60")
                .with("BATON_INLINE_BYTES", "16KiB", "BATON_WINDOWS", "8")
                .with("BATON_STORE_BYTES", "64MiB", "BATON_PUT_WAIT", "60s")
                .with("BATON_BIND", address.getHostAddress())
                .variables());
        environment.putAll(settings);
        SidecarConfig config = SidecarConfig.read(environment);
        epoch = RANDOM.nextLong();
        store = new ObjectStore(
                StoreSettings.ofBudget(config.objects().storeBytes()),
                new MemoryPool(Linux::running),
                InstantSource.system(),
                RANDOM);
        codec = new ReferenceCodec(KEYS, config.keys().tenant(), InstantSource.system(), RANDOM);
        transfer = new Transfer(
                config.transfer(),
                config.objects(),
                new Transfer.Place(
                        new InetSocketAddress(address, config.ports().pull()),
                        epoch,
                        config.pullAddresses(),
                        config.bind().relaxed()),
                store,
                codec,
                () -> draining,
                RANDOM,
                kernel);
        Readiness readiness = new Readiness(config.probes(), loops, complaint -> {});
        pipeline = new MainPipeline(
                config.proxy(),
                config.timeouts(),
                new InetSocketAddress(address, config.ports().user()),
                new ProxyHooks(
                        () -> new HealthHandler(readiness::check, () -> draining, () -> {}),
                        transfer::dress,
                        transfer::delivery,
                        traffic(),
                        quiet()));
        try {
            function = handler == null ? null : HttpServer.create(new InetSocketAddress(address, 8080), 256);
            if (function != null) {
                function.createContext("/", handler);
                function.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
                function.start();
            }
            main = Listener.bind(loops, new InetSocketAddress(address, Ports.HTTP1), pipeline);
            pulls = Listener.bind(
                    loops, new InetSocketAddress(address, config.ports().pull()), transfer.pullPort());
            admin = AdminServer.open(
                    loops,
                    new InetSocketAddress(address, Ports.ADMIN),
                    new AdminRoutes(Inside.of(address), Runnable::run, transfer.objectApi()),
                    false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A pod that may send references to its own function. */
    static TestPod knowingItself(HttpHandler function) {
        InetAddress address = LoopbackAddress.any();
        return new TestPod(address, function, Linux::running, map("BATON_OFFER_HOSTS", address.getHostAddress()));
    }

    /** A pod whose relays meet another kernel than the running one. */
    static TestPod onKernel(Linux kernel, @Nullable HttpHandler function, String... settings) {
        return new TestPod(LoopbackAddress.any(), function, () -> kernel, map(settings));
    }

    /** Another start of the same pod: same address, nothing remembered. */
    TestPod restarted() {
        close();
        return new TestPod(address, null, Linux::running, settings);
    }

    private static Map<String, String> map(String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return map;
    }

    String host() {
        return address.getHostAddress();
    }

    URI api(String path) {
        return URI.create("http://" + host() + ":" + Ports.ADMIN + path);
    }

    /** The function's URL, through the sidecar. */
    String url(String path) {
        return "http://" + host() + ":" + Ports.HTTP1 + path;
    }

    private TrafficObserver traffic() {
        return new TrafficObserver() {
            @Override
            public void arrived(boolean viaActivator) {
                arrived.incrementAndGet();
            }

            @Override
            public void finished(boolean viaActivator) {
                finished.incrementAndGet();
            }
        };
    }

    private static ProxyLog quiet() {
        return new ProxyLog() {
            @Override
            public void warn(String message) {}

            @Override
            public void error(String message, String error, @Nullable Throwable cause) {}
        };
    }

    /** So many bytes, and no more, have left by the pull port; the last of them may be counted after they have come. */
    void hasPulledOut(long bytes) {
        Await.until("the bytes are counted", () -> transfer.stats().pullBytesOut() >= bytes);
        assertThat(transfer.stats().pullBytesOut()).isEqualTo(bytes);
    }

    /** Of what has been begun and {@link #empty ended}. */
    boolean hasPulledOutLess(long bytes) {
        return transfer.stats().pullBytesOut() < bytes;
    }

    /** Everything that was begun has ended; objects that nobody has retrieved may still be there. */
    void settled() {
        Await.until("no window is open, none is waited for", () -> {
            TransferFigures figures = transfer.figures();
            return figures.windows() == 0 && figures.waiting() == 0 && figures.offers() == 0 && figures.pulls() == 0;
        });
        Await.until("no retrieval is under way", () -> store.figures().retrievals() == 0);
        Await.until("nobody waits for room", () -> store.figures().waiters() == 0);
        Await.until("every request that arrived has finished", () -> arrived.get() == finished.get());
        if (pipeline.breaker() != null) {
            Await.until(
                    "all permits are back",
                    () -> pipeline.breaker().running() == 0
                            && pipeline.breaker().waiting() == 0);
        }
        Await.until(
                "no connection to the function is in use",
                () -> pipeline.upstreamConnections() == pipeline.idleUpstreamConnections());
    }

    /** As {@link #settled}, and every object is gone. */
    void empty() {
        settled();
        Await.until("no object is left", () -> store.figures().objects() == 0);
        assertThat(store.figures().usedBytes()).as("bytes in use").isZero();
    }

    @Override
    public void close() {
        try {
            settled();
        } finally {
            main.close().awaitUninterruptibly();
            pulls.close().awaitUninterruptibly();
            if (function != null) {
                function.stop(0);
            }
            admin.close();
            transfer.close();
            Await.until("the pull port is closed", () -> transfer.figures().pullConnections() == 0);
            store.close();
            loops.close();
        }
        assertThat(store.figures().usedBytes()).as("bytes in use after the end").isZero();
    }
}
