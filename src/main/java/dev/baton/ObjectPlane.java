package dev.baton;

import dev.baton.config.KeySettings;
import dev.baton.config.ObjectSettings;
import dev.baton.config.SidecarConfig;
import dev.baton.handover.HandoverServer;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.reference.KeyRing;
import dev.baton.reference.ReferenceCodec;
import dev.baton.reference.SteadyClock;
import dev.baton.store.MemoryPool;
import dev.baton.store.ObjectStore;
import dev.baton.store.StoreFigures;
import dev.baton.store.StoreSettings;
import dev.baton.telemetry.JsonLog;
import dev.baton.transfer.ByDescriptor;
import dev.baton.transfer.Transfer;
import dev.baton.transfer.TransferFigures;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What keeps objects and hands them on: keys, store and transfer, built from their settings. Opens no socket. */
final class ObjectPlane implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final Duration POOL_IDLE = Duration.ofSeconds(30);
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final JsonLog log;
    private final KeyRing keys;
    private final ReferenceCodec references;
    private final boolean keysMounted;
    private final Duration keyRefresh;
    private final ObjectStore store;
    private final Transfer transfer;
    private final @Nullable String socket;
    private volatile @Nullable HandoverServer handover;
    private @Nullable ByDescriptor byDescriptor;
    private boolean keysRead;
    private long keysReadAt;
    private long sweptAt = System.nanoTime();

    /** @param draining whether this pod is about to end: no new objects then */
    ObjectPlane(SidecarConfig config, JsonLog log, BooleanSupplier draining) {
        this.log = log;
        socket = config.transfer().socket();
        var random = new SecureRandom();
        keys = keyRing(config.keys(), random);
        keysMounted = !(config.keys().source() instanceof KeySettings.ProcessOnly);
        keyRefresh = config.keys().refresh();
        store = new ObjectStore(
                settings(config.objects()), new MemoryPool(Linux::running), InstantSource.system(), random);
        references = new ReferenceCodec(keys, config.keys().tenant(), InstantSource.system(), random);
        transfer = new Transfer(
                config.transfer(),
                config.objects(),
                new Transfer.Place(
                        new InetSocketAddress(
                                config.bind().own(), config.ports().pull()),
                        random.nextLong(),
                        config.pullAddresses(),
                        config.bind().relaxed()),
                store,
                references,
                draining,
                random);
    }

    private static KeyRing keyRing(KeySettings settings, SecureRandom random) {
        InstantSource clock = new SteadyClock();
        if (settings.source() instanceof KeySettings.Directory directory) {
            return KeyRing.directory(directory.path(), settings.adoptAfter(), settings.retention(), clock, random);
        }
        if (settings.source() instanceof KeySettings.ServingCertificate certificate) {
            return KeyRing.servingCertificate(
                    certificate.path(),
                    settings.namespace(),
                    settings.adoptAfter(),
                    settings.retention(),
                    clock,
                    random);
        }
        return KeyRing.process(settings.retention(), clock, random);
    }

    private static StoreSettings settings(ObjectSettings objects) {
        return new StoreSettings(
                objects.storeBytes(),
                objects.ttl(),
                objects.ttlMax(),
                Runtime.getRuntime().maxMemory() / 4,
                objects.tombstones(),
                GRACE,
                POOL_IDLE);
    }

    Transfer transfer() {
        return transfer;
    }

    /**
     * Begins to hand memory over inside the pod, if the settings say so. Loads the binding to the kernel and starts a thread: not on the
     * way to the first answer.
     */
    void handOver(EventLoopGroup loops) {
        String name = socket;
        if (name == null) {
            return;
        }
        ByDescriptor objects = transfer.byDescriptor(loops);
        try {
            handover = HandoverServer.open(Linux.running(), name, objects, log::warn);
            byDescriptor = objects;
        } catch (LinuxException e) {
            log.warn("No memory is handed over inside the pod, bytes are: the socket @" + name + " cannot be opened ("
                    + e.getMessage() + ")");
        }
    }

    ObjectStore store() {
        return store;
    }

    /** Transfers that a drain awaits: those that run or wait here, and retrievals of other pods. */
    long inFlight() {
        TransferFigures running = transfer.figures();
        StoreFigures stored = store.figures();
        HandoverServer local = handover;
        return (long) running.windows()
                + running.waiting()
                + running.offers()
                + stored.retrievals()
                + stored.waiters()
                + (local == null ? 0 : local.running());
    }

    /** About once a second, always on the same thread, which may be held up: no event loop. */
    void housekeeping() {
        try {
            store.expire();
            long now = System.nanoTime();
            if (!keysRead || now - keysReadAt >= keyRefresh.toNanos()) {
                keysReadAt = now;
                for (String problem : keys.refresh()) {
                    log.warn(problem);
                }
            }
            if (!keysRead && keysMounted) {
                // Loads the cipher, 20 ms and 2 MB, which the first object would else do on an event loop.
                references.open("");
            }
            keysRead = true;
            if (now - sweptAt >= SWEEP.toNanos()) {
                sweptAt = now;
                transfer.sweep();
            }
        } catch (RuntimeException e) {
            log.error("Error in housekeeping", e);
        }
    }

    @Override
    public void close() {
        if (handover != null) {
            handover.close();
        }
        if (byDescriptor != null) {
            byDescriptor.close();
        }
        transfer.close();
        store.close();
    }
}
