package dev.baton.handover;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.baton.reference.KeyRing;
import dev.baton.reference.ReferenceCodec;
import dev.baton.store.MemoryPool;
import dev.baton.store.ObjectStore;
import dev.baton.store.StoreSettings;
import dev.baton.transfer.ByDescriptor;
import dev.baton.transfer.Transfer;
import io.netty.channel.Channel;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** What of a pod's sidecar keeps objects and hands them on, on a loopback address and a socket name of its own. Closing it asserts that nothing is left. */
public final class HandoverPod implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyRing KEYS = KeyRing.process(Duration.ofHours(1), InstantSource.system(), RANDOM);

    public final String socket;
    public final ObjectStore store;
    public final Transfer transfer;
    public final ByDescriptor objects;
    public final List<String> warnings = new CopyOnWriteArrayList<>();
    public volatile boolean draining;
    final HandoverServer server;

    private final InetAddress address;
    private final EventLoops loops = new EventLoops(2, "handover-pod");
    private final Channel pulls;
    private final AdminServer admin;

    /** Settings are variable, value, variable, value. */
    public HandoverPod(String... settings) {
        address = LoopbackAddress.any();
        socket = "baton-test-" + ProcessHandle.current().pid() + "-"
                + ThreadLocalRandom.current().nextInt(1 << 30);
        SidecarConfig config = SidecarConfig.read(Environment.minimal()
                .with("SERVING_POD_IP", "127.0.0.1", "REVISION_TIMEOUT_SECONDS", "60")
                .with("BATON_STORE_BYTES", "64MiB", "BATON_PUT_WAIT", "300ms")
                .with("BATON_BIND", address.getHostAddress(), "BATON_SOCKET", "@" + socket)
                .with(settings)
                .variables());
        store = new ObjectStore(
                StoreSettings.ofBudget(config.objects().storeBytes()),
                new MemoryPool(Linux::running),
                InstantSource.system(),
                RANDOM);
        transfer = new Transfer(
                config.transfer(),
                config.objects(),
                new Transfer.Place(
                        new InetSocketAddress(address, config.ports().pull()),
                        RANDOM.nextLong(),
                        config.pullAddresses(),
                        config.bind().relaxed()),
                store,
                new ReferenceCodec(KEYS, config.keys().tenant(), InstantSource.system(), RANDOM),
                () -> draining,
                RANDOM);
        objects = transfer.byDescriptor(loops.group());
        try {
            pulls = Listener.bind(
                    loops, new InetSocketAddress(address, config.ports().pull()), transfer.pullPort());
            admin = AdminServer.open(
                    loops,
                    new InetSocketAddress(address, Ports.ADMIN),
                    new AdminRoutes(Inside.of(address), Runnable::run, transfer.objectApi()),
                    false);
        } catch (BindException e) {
            throw new AssertionError(e);
        }
        server = HandoverServer.open(
                Linux.running(), String.valueOf(config.transfer().socket()), objects, warnings::add);
    }

    public URI http() {
        return URI.create("http://" + address.getHostAddress() + ":" + Ports.ADMIN);
    }

    /** Everything that was begun has ended, and every object is gone. */
    public void empty() {
        Await.until("no object is left", () -> store.figures().objects() == 0);
        Await.until("nothing is retrieved", () -> store.figures().retrievals() == 0);
        Await.until("nothing is charged", () -> store.figures().usedBytes() == 0);
        assertThat(store.figures().waiters()).isZero();
    }

    @Override
    public void close() {
        server.close();
        objects.close();
        pulls.close().awaitUninterruptibly();
        admin.close();
        transfer.close();
        store.close();
        loops.close();
        assertThat(warnings).isEmpty();
        assertThat(store.figures().usedBytes()).as("bytes in use after the end").isZero();
    }
}
