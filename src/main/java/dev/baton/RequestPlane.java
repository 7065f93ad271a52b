package dev.baton;

import dev.baton.admin.AdminRoutes;
import dev.baton.admin.AdminServer;
import dev.baton.admin.Inside;
import dev.baton.admin.Vitals;
import dev.baton.config.Ports;
import dev.baton.config.SidecarConfig;
import dev.baton.drain.Drain;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.telemetry.JsonLog;
import dev.baton.telemetry.StatServer;
import dev.baton.telemetry.Traffic;
import io.netty.channel.Channel;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The request plane: everything that a request to the user's program or the autoscaler's question passes, as plain objects
 * on the shared event loops. It is open before the control plane's first class is loaded.
 */
final class RequestPlane implements Vitals, AutoCloseable {
    private static final long TICK_MILLIS = 1000;

    private final SidecarConfig config;
    private final JsonLog log;
    private final EventLoops loops;
    private final Traffic traffic;
    private final Drain drain;
    private final Shutdown shutdown;
    private final AdminRoutes adminRoutes;
    private final Map<String, Channel> listeners = new LinkedHashMap<>();
    private final AdminServer adminServer;

    /**
     * Opens all listeners, the main one first. Blocks until they listen.
     *
     * @throws BindException if one of the contract's ports is taken
     */
    RequestPlane(SidecarConfig config, JsonLog log) throws BindException {
        this.config = config;
        this.log = log;
        loops = new EventLoops(config.proxy().eventLoops(), "baton");
        traffic = new Traffic(config.identity().pod(), System::nanoTime);
        drain = new Drain(System::nanoTime, config.proxy().drainQuiet());
        shutdown = new Shutdown(
                drain,
                config.proxy().drainQuiet(),
                loops.group().next(),
                traffic::inFlight,
                () -> 0,
                this::stopListeners,
                log);
        listen("metrics", Ports.STAT, new StatServer(traffic));
        adminRoutes = new AdminRoutes(
                Inside.of(config.bind().address()), shutdown::hook, (request, response) -> response.sendNotFound());
        log.info("Starting http server admin:" + Ports.ADMIN);
        adminServer = AdminServer.open(loops, address(Ports.ADMIN), adminRoutes);
        loops.group().next().scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void listen(String name, int port, io.netty.channel.ChannelHandler connection) throws BindException {
        log.info("Starting http server " + name + ":" + port);
        listeners.put(name, Listener.bind(loops, address(port), connection));
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(config.bind().listen(), port);
    }

    private void tick() {
        try {
            traffic.report();
        } catch (RuntimeException e) {
            // An exception that left here would end the ticks, and with them the autoscaler's view of this pod.
            log.error("Error in the tick of each second", e);
        }
    }

    /** Objects for the control plane, by bean name. */
    Map<String, Object> beans() {
        return Map.of("vitals", this, "traffic", traffic, "adminRoutes", adminRoutes, "drain", drain);
    }

    Shutdown shutdown() {
        return shutdown;
    }

    @Override
    public boolean alive() {
        for (Channel listener : listeners.values()) {
            if (!listener.isOpen()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public CompletionStage<Boolean> ready() {
        return CompletableFuture.completedFuture(!drain.draining());
    }

    private void stopListeners() {
        listeners.forEach((name, listener) -> {
            log.info("Shutting down server: " + name);
            listener.close();
        });
        log.info("Shutting down server: admin");
        adminServer.stopListening();
    }

    /** Closes every connection. Blocks. */
    @Override
    public void close() {
        adminServer.close();
        loops.close();
    }
}
