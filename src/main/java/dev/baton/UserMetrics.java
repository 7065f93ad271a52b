package dev.baton;

import dev.baton.config.Imitation;
import dev.baton.config.Observability;
import dev.baton.config.Observability.MetricsListener;
import dev.baton.config.Observability.MetricsTls;
import dev.baton.config.Observability.Protocol;
import dev.baton.config.SidecarConfig;
import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import dev.baton.metrics.FamilyNames;
import dev.baton.metrics.Gathering;
import dev.baton.metrics.KnativeNames;
import dev.baton.metrics.Label;
import dev.baton.metrics.MetricsServer;
import dev.baton.metrics.Observation;
import dev.baton.metrics.OpenCensusNames;
import dev.baton.metrics.RequestMetrics;
import dev.baton.metrics.ResourceLabels;
import dev.baton.metrics.Tracing;
import dev.baton.otel.Collecting;
import dev.baton.proxy.Watcher;
import dev.baton.telemetry.JsonLog;
import dev.baton.tls.ServerTls;
import io.netty.channel.Channel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the revision's operators have asked to be measured and traced. If that is nothing, nothing is loaded for it. */
final class UserMetrics {
    /** What the queue-proxy gives its last metrics and spans, together. */
    private static final Duration LAST_EXPORTS = Duration.ofSeconds(10);

    private final SidecarConfig config;
    private final @Nullable RequestMetrics metrics;
    private final @Nullable Observation observation;
    private @Nullable MetricsServer server;
    /** An object of a class that knows OpenTelemetry's, which are loaded with the first one of these. */
    private final List<Collecting> exports = new ArrayList<>(2);

    private @Nullable Thread tracesBegin;

    UserMetrics(SidecarConfig config) {
        this.config = config;
        Observability asked = config.observability();
        boolean measured = asked.requestMetrics().protocol() != Protocol.NONE;
        boolean traced = asked.tracing().protocol() != Protocol.NONE;
        metrics = measured ? new RequestMetrics(asked.requestMetrics().openCensusNames()) : null;
        observation = measured || traced
                ? new Observation(metrics, traced, !config.proxy().imitates(Imitation.INVOCATION_STATUS))
                : null;
    }

    /** For the main port; null if nothing is asked for. */
    @Nullable
    Watcher watcher() {
        Observation watching = observation;
        if (watching == null) {
            return null;
        }
        return inFlight -> {
            Observation.Handlers handlers = watching.handlers(inFlight);
            return new Watcher.Handlers(handlers.whole(), handlers.proxied(), handlers.running(), handlers.upstream());
        };
    }

    /**
     * Opens the listener for scrapes, if there is to be one. Blocks.
     *
     * @param listeners where it is entered by name
     * @throws BindException if its port is taken
     */
    void listen(EventLoops loops, JsonLog log, Map<String, Channel> listeners) throws BindException {
        MetricsListener listener = config.observability().requestMetrics().listener();
        Gathering gathering = gathering();
        if (listener == null || gathering == null) {
            return;
        }
        InetSocketAddress address = listener.host().isEmpty()
                ? new InetSocketAddress(config.bind().listen(), listener.port())
                : new InetSocketAddress(listener.host(), listener.port());
        ServerTls tls = tls(listener.tls());
        log.info("Starting http server user-metrics:" + listener.port());
        MetricsServer opened = new MetricsServer(gathering, tls);
        server = opened;
        listeners.put("user-metrics", Listener.bind(loops, address, opened));
    }

    private static @Nullable ServerTls tls(@Nullable MetricsTls asked) throws BindException {
        if (asked == null) {
            return null;
        }
        ServerTls.Clients clients = asked.clientCa() == null
                ? null
                : new ServerTls.Clients(asked.clientCa(), asked.clientAuth() == Observability.ClientAuth.REQUIRE);
        ServerTls.Accepted accepted = new ServerTls.Accepted(
                asked.parameters().versions(),
                asked.parameters().cipherSuites(),
                asked.parameters().groups(),
                List.of());
        try {
            return ServerTls.read(asked.certificate(), asked.key(), clients, accepted);
        } catch (IOException | GeneralSecurityException e) {
            BindException failure = new BindException("no TLS for the user metrics: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private @Nullable Gathering gathering() {
        RequestMetrics measured = metrics;
        if (measured == null) {
            return null;
        }
        FamilyNames names = config.observability().requestMetrics().openCensusNames()
                ? new OpenCensusNames(config.identity())
                : new KnativeNames(
                        config.bind().user().getHostAddress(), config.ports().user());
        return new Gathering(measured, names, resource(), config.observability().runtimeInterval());
    }

    private static boolean pushed(Protocol protocol) {
        return protocol == Protocol.GRPC || protocol == Protocol.HTTP_PROTOBUF;
    }

    /**
     * Begins to load what makes spans, if that is asked for, on a thread of its own. A setting that is no good is logged and costs the
     * spans.
     */
    void beginTraces(JsonLog log) {
        Observation watching = observation;
        if (watching != null && config.observability().tracing().protocol() != Protocol.NONE) {
            tracesBegin = Thread.ofPlatform().daemon().name("baton-traces").start(() -> traces(watching, log));
        }
    }

    private void traces(Observation watching, JsonLog log) {
        try {
            Collecting traces = Collecting.traces(
                    config.observability(),
                    config.identity(),
                    resource(),
                    new FileOutputStream(FileDescriptor.out),
                    complaint -> log.error("OpenTelemetry error", complaint, null));
            exports.add(traces);
            Tracing tracing = traces.tracing(
                    config.bind().user().getHostAddress(), config.ports().user());
            if (tracing != null) {
                watching.tracing(tracing);
            }
        } catch (RuntimeException e) {
            log.error("Failed to setup trace provider", e);
        }
    }

    /** Returns when the next request is traced, if any is to be: a span is missed most where a pod's first request took long. Blocks. */
    void awaitTraces() {
        Thread begin = tracesBegin;
        if (begin != null) {
            try {
                begin.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Starts what sends metrics to a collector. Blocks; a setting that is no good is logged and costs them. */
    void beginExports(JsonLog log) {
        Observability asked = config.observability();
        Gathering gathering = gathering();
        if (gathering != null && pushed(asked.requestMetrics().protocol())) {
            try {
                exports.add(Collecting.metrics(asked, resource(), gathering));
            } catch (RuntimeException e) {
                log.error("Failed to setup meter provider", e);
            }
        }
    }

    private List<Label> resource() {
        return ResourceLabels.of(config.identity(), config.observability());
    }

    /** Sends what is left. Blocks, ten seconds at most for all of it. The listener itself is closed with the others. */
    void close(JsonLog log) {
        MetricsServer opened = server;
        if (opened != null) {
            opened.close();
        }
        long deadline = System.nanoTime() + LAST_EXPORTS.toNanos();
        // Side by side, because a collector that does not answer holds each of them up for all of that time.
        List<Thread> flushes = new ArrayList<>(exports.size());
        for (Collecting export : exports) {
            flushes.add(Thread.ofPlatform().daemon().name("baton-flush").start(export::close));
        }
        for (int i = 0; i < flushes.size(); i++) {
            Collecting export = exports.get(i);
            if (!ended(flushes.get(i), deadline)) {
                log.error("Error flushing " + export.signal(), "the collector does not answer", null);
            }
            if (export.lostSpans() > 0) {
                log.warn(export.lostSpans() + " spans were not taken by the collector");
            }
        }
    }

    private static boolean ended(Thread flush, long deadline) {
        try {
            return flush.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
