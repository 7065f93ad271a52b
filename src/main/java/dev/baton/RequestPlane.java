package dev.baton;

import dev.baton.admin.AdminRoutes;
import dev.baton.admin.AdminServer;
import dev.baton.admin.Inside;
import dev.baton.admin.Vitals;
import dev.baton.config.Imitation;
import dev.baton.config.Observability;
import dev.baton.config.Ports;
import dev.baton.config.SidecarConfig;
import dev.baton.drain.Drain;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.probe.HealthHandler;
import dev.baton.probe.Readiness;
import dev.baton.profiling.ProfilingServer;
import dev.baton.proxy.MainPipeline;
import dev.baton.proxy.ProxyHooks;
import dev.baton.proxy.TrafficObserver;
import dev.baton.requestlog.RequestLog;
import dev.baton.requestlog.TemplateException;
import dev.baton.telemetry.ErrorLines;
import dev.baton.telemetry.JsonLog;
import dev.baton.telemetry.StatServer;
import dev.baton.telemetry.Traffic;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The request plane: everything that a request to the user's program or the autoscaler's question passes, as plain objects
 * on the shared event loops. It is open before the control plane's first class is loaded.
 */
final class RequestPlane implements Vitals, AutoCloseable {
    private static final long REPORT_MILLIS = 1000;

    private final SidecarConfig config;
    private final JsonLog log;
    private final EventLoops loops;
    private final Traffic traffic;
    private final Drain drain;
    private final Readiness readiness;
    private final ObjectPlane objects;
    private final @Nullable FunctionPlane functions;
    private final Supplier<CompletableFuture<Boolean>> ready;
    private final MainPipeline main;
    private final @Nullable TlsPlane tls;
    private final Shutdown shutdown;
    private final AdminRoutes adminRoutes;
    private final AdminServer adminServer;
    private final UserMetrics userMetrics;
    private final Map<String, Channel> listeners = new LinkedHashMap<>();

    /**
     * Opens all listeners, the main one first. Blocks until they listen.
     *
     * @throws BindException if one of the contract's ports is taken
     * @throws IllegalStateException if the certificate that is mounted is none
     */
    RequestPlane(SidecarConfig config, JsonLog log) throws BindException {
        this.config = config;
        this.log = log;
        loops = new EventLoops(config.proxy().eventLoops(), "baton");
        traffic = new Traffic(config.identity().pod(), System::nanoTime);
        drain = new Drain(System::nanoTime, config.proxy().drainQuiet());
        readiness = new Readiness(config.probes(), loops, new ErrorLines());
        objects = new ObjectPlane(config, log, drain::draining);
        functions = config.functions().enabled()
                ? new FunctionPlane(
                        config.functions(),
                        objects.transfer().inProcess(loops.group()),
                        objects.transfer().stats(),
                        log)
                : null;
        FunctionPlane hosted = functions;
        userMetrics = new UserMetrics(config);
        userMetrics.beginTraces(log);
        ready = hosted == null ? readiness::check : hosted::ready;
        RequestLog requestLog = requestLog(config, log);
        main = new MainPipeline(
                config.proxy(),
                config.timeouts(),
                new InetSocketAddress(config.bind().user(), config.ports().user()),
                new ProxyHooks(
                        () -> new HealthHandler(ready, drain::draining, drain::ordinaryRequest),
                        objects.transfer()::dress,
                        requestLog == null ? () -> null : requestLog::handler,
                        objects.transfer()::delivery,
                        () -> hosted == null ? null : hosted.handler(),
                        observer(traffic),
                        userMetrics.watcher(),
                        new PlaneLog(log)));
        shutdown = new Shutdown(
                drain,
                config.proxy().drainQuiet(),
                loops.group().next(),
                () -> main.connections().count() - main.tunnels() + objects.inFlight(),
                main::tunnels,
                this::stopListeners,
                log);
        Signals.onTermination(shutdown::signal);
        userMetrics.awaitTraces();
        listen("main", config.ports().serving(), main);
        tls = config.tls().mounted() ? listenForTls() : null;
        listen("metrics", Ports.STAT, new StatServer(traffic));
        adminRoutes = new AdminRoutes(
                Inside.of(config.bind().address()),
                shutdown::hook,
                objects.transfer().objectApi());
        log.info("Starting http server admin:" + Ports.ADMIN);
        adminServer = AdminServer.open(
                loops, address(Ports.ADMIN), adminRoutes, config.proxy().imitates(Imitation.LENIENT_FRAMING));
        listenForPulls(config.ports().pull());
        listenForScrapes();
        listenForProfiles();
        loops.group().next().scheduleWithFixedDelay(this::report, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
        shutdown.begin();
    }

    /** Null when none is asked for, or its template is no good: that is no reason not to serve. */
    private static @Nullable RequestLog requestLog(SidecarConfig config, JsonLog log) {
        var settings = config.observability().requestLog();
        if (!settings.enabled() || settings.template().isEmpty()) {
            return null;
        }
        try {
            return RequestLog.of(settings, config.identity(), log::print);
        } catch (TemplateException e) {
            log.error(
                    "Error setting up request logger. Request logs will be unavailable.",
                    String.valueOf(e.getMessage()),
                    null);
            return null;
        }
    }

    private static TrafficObserver observer(Traffic traffic) {
        return new TrafficObserver() {
            @Override
            public void arrived(boolean viaActivator) {
                traffic.arrived(viaActivator);
            }

            @Override
            public void finished(boolean viaActivator) {
                traffic.finished(viaActivator);
            }
        };
    }

    private TlsPlane listenForTls() throws BindException {
        var plane = new TlsPlane(config.tls(), log);
        int port = config.ports().servingTls();
        log.info("Starting tls server main :" + port);
        listeners.put("tls main", Listener.bind(loops, address(port), plane.front(main)));
        return plane;
    }

    private void listen(String name, int port, ChannelHandler connection) throws BindException {
        log.info("Starting http server " + name + ":" + port);
        listeners.put(name, Listener.bind(loops, address(port), connection));
    }

    /** The pull port is no contract's: a user's program that has taken it keeps it, and this pod's objects stay inside. */
    private void listenForPulls(int port) {
        try {
            listen("pull", port, objects.transfer().pullPort());
            if (!objects.transfer().pullsUnderTls()) {
                log.info("Objects travel between pods in clear text: who can read the pods' network can read them");
            }
        } catch (BindException e) {
            log.warn("Port " + port + " is taken: other pods cannot pull objects from this one");
        }
    }

    /** As with the queue-proxy, metrics that cannot be scraped end nothing. */
    private void listenForScrapes() {
        try {
            userMetrics.listen(loops, log, listeners);
        } catch (BindException e) {
            log.error("metrics server error", e);
        }
    }

    private void listenForProfiles() throws BindException {
        Observability asked = config.observability();
        if (asked.profiling()) {
            listen("profile", asked.profilingPort(), new ProfilingServer());
        }
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(config.bind().listen(), port);
    }

    private void report() {
        try {
            traffic.report();
        } catch (RuntimeException e) {
            // An exception that left here would end the reports, and with them the autoscaler's view of this pod.
            log.error("Error in the report of each second", e);
        }
    }

    /** Begins to send metrics, if that is asked for. Blocks while much is loaded; requests are served meanwhile. */
    void beginExports() {
        userMetrics.beginExports(log);
    }

    /** Objects for the control plane, by bean name. */
    Map<String, Object> beans() {
        Map<String, Object> beans = new LinkedHashMap<>();
        if (functions != null) {
            beans.put("functionMeters", functions.meters());
        }
        beans.putAll(Map.of(
                "vitals",
                this,
                "traffic",
                traffic,
                "adminRoutes",
                adminRoutes,
                "mainPipeline",
                main,
                "objectStore",
                objects.store(),
                "transfer",
                objects.transfer()));
        return beans;
    }

    /**
     * Blocks until the process may exit; meanwhile starts and looks after what nobody waits for.
     *
     * @param tick run about once a second
     */
    void awaitEnd(Runnable tick) throws InterruptedException {
        objects.handOver(loops.group());
        HeapKeeper heap = HeapKeeper.ofThisProcess();
        shutdown.await(() -> {
            objects.housekeeping();
            if (tls != null) {
                tls.housekeeping();
            }
            if (functions != null) {
                functions.housekeeping();
            } else {
                // Guests come and go with memories of megabytes each, for which their profile has the heap.
                heap.housekeeping();
            }
            tick.run();
        });
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
        return drain.draining() ? CompletableFuture.completedFuture(false) : ready.get();
    }

    private void stopListeners() {
        listeners.forEach((name, listener) -> {
            log.info("Shutting down server: " + name);
            listener.close();
        });
        log.info("Shutting down server: admin");
        adminServer.stopListening();
        main.connections().finish();
    }

    /** Closes every connection. Blocks. */
    @Override
    public void close() {
        adminServer.close();
        if (functions != null) {
            functions.close();
        }
        objects.close();
        userMetrics.close(log);
        loops.close();
    }
}
