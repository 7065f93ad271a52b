package dev.baton.transfer;

import dev.baton.config.AddressGuard;
import dev.baton.config.ObjectSettings;
import dev.baton.config.OfferHosts;
import dev.baton.config.TransferSettings;
import dev.baton.kernel.Linux;
import dev.baton.pull.Claims;
import dev.baton.pull.PullClient;
import dev.baton.pull.PullLimits;
import dev.baton.pull.PullPort;
import dev.baton.pull.Windows;
import dev.baton.reference.ReferenceCodec;
import dev.baton.store.ObjectStore;
import dev.baton.wire.Relays;
import dev.baton.wire.WireClient;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Everything of one sidecar that moves objects, put together: what the listeners need is taken from here. Opens no socket and starts no
 * thread by itself. Any thread.
 */
public final class Transfer implements AutoCloseable {
    /**
     * Where this sidecar stands.
     *
     * @param pullAddress where other sidecars reach its pull port; sealed into references
     * @param epoch differs from start to start
     * @param guard which addresses of others may be pulled from
     * @param relaxed BATON_BIND mode: listed hosts and pods may be called on loopback addresses
     */
    public record Place(InetSocketAddress pullAddress, long epoch, AddressGuard guard, boolean relaxed) {}

    private final TransferStats stats = new TransferStats();
    private final Hosts hosts = new Hosts(System::nanoTime);
    private final Relays relays;
    private final InvokeTools invokeTools;
    private final OfferHosts offerHosts;
    private final Windows windows;
    private final WireClient wire;
    private final Ingress ingress;
    private final PullPort pullPort;
    private final ObjectApi objectApi;
    private final DeliveryTools deliveryTools;
    private final BooleanSupplier draining;

    /**
     * Puts it together.
     *
     * @param draining asked at every put: this pod is about to end
     * @param ids for ids and capabilities of running transfers
     */
    public Transfer(
            TransferSettings settings,
            ObjectSettings objects,
            Place place,
            ObjectStore store,
            ReferenceCodec codec,
            BooleanSupplier draining,
            SecureRandom ids) {
        this(settings, objects, place, store, codec, draining, ids, Linux::running);
    }

    /** @param kernel what relays use, asked at the first one */
    Transfer(
            TransferSettings settings,
            ObjectSettings objects,
            Place place,
            ObjectStore store,
            ReferenceCodec codec,
            BooleanSupplier draining,
            SecureRandom ids,
            Supplier<Linux> kernel) {
        this.draining = draining;
        PullLimits limits = new PullLimits(settings.windowBytes(), settings.pullIdle());
        PullClient.Self self = new PullClient.Self(place.pullAddress(), place.epoch());
        References references = new References(codec, self);
        windows = new Windows(settings.windows());
        relays = new Relays(kernel, settings.windows(), settings.pullIdle(), stats);
        wire = new WireClient(settings.connectTimeout(), settings.windowBytes());
        ingress = new Ingress(wire, new TargetGuard(settings.offerHosts(), place.guard(), place.relaxed()));
        Claims claims = new Claims(windows, store);
        pullPort = new PullPort(claims, place.epoch(), limits, stats);
        AddressGuard guard = place.guard();
        PullClient pulls = new PullClient(
                self,
                claims,
                wire,
                address -> guard.allows(address.getAddress(), address.getPort()),
                limits,
                stats,
                relays);
        Uploads uploads = new Uploads(store, objects.putWait(), settings.pullIdle());
        offerHosts = settings.offerHosts();
        Offers offers = new Offers(windows, references, objects.ttlMax(), InstantSource.system(), ids);
        invokeTools = new InvokeTools(
                ingress,
                hosts,
                windows,
                offers,
                references,
                pulls,
                uploads,
                store,
                stats,
                limits,
                settings.inlineBytes(),
                settings.streaming() == TransferSettings.Streaming.STORE_AND_FORWARD,
                objects.putWait(),
                objects.ttlMax());
        objectApi = new ObjectApi(
                new PutHandler(uploads, references, stats, draining),
                new GetHandler(references, pulls, store, stats, settings.windowBytes()),
                new InvokeHandler(settings.offerHosts(), invokeTools));
        deliveryTools = new DeliveryTools(references, pulls, windows, offers, limits, settings.inlineBytes());
    }

    /** For port 8022: {@code /v1/**}, absolute-form requests and CONNECT, from inside the pod only. */
    public ObjectApi objectApi() {
        return objectApi;
    }

    /** For functions inside this process. */
    public InProcess inProcess(EventLoopGroup loops) {
        return new InProcess(
                invokeTools.store(),
                invokeTools.references(),
                invokeTools.pulls(),
                invokeTools,
                offerHosts,
                stats,
                invokeTools.permitWait(),
                loops);
    }

    /** For programs that share memory with this sidecar. */
    public ByDescriptor byDescriptor(EventLoopGroup loops) {
        return new ByDescriptor(
                Linux::running,
                invokeTools.store(),
                invokeTools.references(),
                invokeTools.pulls(),
                stats,
                invokeTools.permitWait(),
                draining,
                loops);
    }

    /** For the connections of the pull port. */
    public ChannelHandler pullPort() {
        return pullPort;
    }

    /** A new handler for a connection of the main port, ahead of the health checks. */
    public ChannelHandler dress() {
        return new ControlMessageDress();
    }

    /** A new handler for a connection of the main port, between breaker and forwarder. */
    public ChannelHandler delivery() {
        return new DeliveryHandler(deliveryTools);
    }

    public TransferStats stats() {
        return stats;
    }

    /** What is under way now. */
    public TransferFigures figures() {
        return new TransferFigures(
                windows.running(),
                windows.waiting(),
                windows.onOffer(),
                pullPort.pulls(),
                pullPort.connections(),
                invokeTools.pulls().peers());
    }

    /** Forgets hosts and peers that have not been heard of for long; to be called about once a minute. */
    public void sweep() {
        invokeTools.pulls().sweep();
        hosts.sweep();
    }

    /** Closes the connections of the pull port, idle ones to others, and the resolver. Pulls at work break off: await them before. */
    @Override
    public void close() {
        pullPort.close();
        ingress.close();
        wire.close();
        relays.close();
    }

    /** Whether other sidecars prove who they are, and nobody between the pods can read along. They don't: there is no TLS on pulls. */
    public boolean pullsUnderTls() {
        return false;
    }
}
