package dev.baton.admin;

import dev.baton.http.Connections;
import dev.baton.proxy.Breaker;
import dev.baton.proxy.MainPipeline;
import dev.baton.pull.DataPath;
import dev.baton.store.ObjectStore;
import dev.baton.store.StoreFigures;
import dev.baton.telemetry.Traffic;
import dev.baton.transfer.Transfer;
import dev.baton.transfer.TransferFigures;
import dev.baton.transfer.TransferStats;
import dev.baton.transfer.TransferStats.Fallback;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import dev.baton.wire.RelayFallback;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The request plane's plain counters as {@code baton.*} meters: read when scraped, nothing is recorded per request. No label
 * names a peer, an object or an address.
 */
final class PlaneMeters implements MeterBinder {
    private record Call(Operation operation, DataPath path, Outcome outcome) {
        Tags tags() {
            return Tags.of("operation", operation.label(), "path", path.label(), "outcome", outcome.label());
        }
    }

    private final Traffic traffic;
    private final MainPipeline main;
    private final ObjectStore store;
    private final Transfer transfer;
    private final Set<Call> registered = new HashSet<>();
    private @Nullable MeterRegistry registry;

    PlaneMeters(Traffic traffic, MainPipeline main, ObjectStore store, Transfer transfer) {
        this.traffic = traffic;
        this.main = main;
        this.store = store;
        this.transfer = transfer;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        this.registry = registry;
        Tags none = Tags.empty();
        counter("requests", "Requests on the main port, health checks left out", none, traffic, Traffic::arrivals);
        gauge("requests.in.flight", "Requests that are not completely done", traffic, Traffic::inFlight);
        gauge("connections", "Connections of the main port", main.connections(), Connections::count);
        gauge("upstream.connections", "Connections to the user's program", main, MainPipeline::upstreamConnections);
        String bodies = "Bytes of large bodies that the kernel moved through the main port by itself";
        counter("proxy.splice.bytes", bodies, none, main, MainPipeline::splicedBytes);
        String copied = "Large bodies that were to go that way and were copied";
        counter("proxy.splice.fallback", copied, none, main, MainPipeline::spliceFallbacks);
        String buffers =
                "Memory that the network buffers have taken from the system, whether in use or kept for the next ones";
        gauge("buffers.bytes", buffers, ByteBufAllocator.DEFAULT, PlaneMeters::bufferBytes);
        Breaker breaker = main.breaker();
        if (breaker != null) {
            gauge("breaker.running", "Requests that the user's program works on", breaker, Breaker::running);
            gauge("breaker.waiting", "Requests that wait for their turn", breaker, Breaker::waiting);
        }
        TransferStats stats = transfer.stats();
        String pulled = "Object bytes over the pull ports";
        counter("pull.bytes", pulled, Tags.of("direction", "out"), stats, TransferStats::pullBytesOut);
        counter("pull.bytes", pulled, Tags.of("direction", "in"), stats, TransferStats::pullBytesIn);
        counter(
                "splice.bytes",
                "Of the bytes that came in, those that the kernel moved on by itself",
                none,
                stats,
                TransferStats::splicedBytes);
        for (Fallback reason : Fallback.values()) {
            String inline = "Bodies that were sent inline and could have been pulled";
            counter("offer.fallback", inline, Tags.of("reason", reason.label()), stats, s -> s.fallbacks(reason));
        }
        for (RelayFallback reason : RelayFallback.values()) {
            String unspliced = "Bodies that were copied and could have been spliced";
            counter("relay.fallback", unspliced, Tags.of("reason", reason.label()), stats, s -> s.fallbacks(reason));
        }
        running("transfers.running", "Transfers that run through this sidecar", TransferFigures::windows);
        running("transfers.waiting", "Transfers that wait for others to end", TransferFigures::waiting);
        running("offers", "Bodies that another sidecar may pull, or is pulling", TransferFigures::offers);
        running("pull.connections", "Connections of the pull port", TransferFigures::pullConnections);
        gauge("pull.tls", "1 if objects travel between pods under TLS", transfer, t -> t.pullsUnderTls() ? 1 : 0);
        running("peers", "Other sidecars pulled from of late", TransferFigures::peers);
        stored("store.budget.bytes", "What objects and pooled memory may occupy", StoreFigures::budgetBytes);
        stored("store.used.bytes", "Memory of objects", StoreFigures::usedBytes);
        stored("store.idle.bytes", "Memory kept for reuse", StoreFigures::idleBytes);
        stored("store.objects", "Objects that can be retrieved", StoreFigures::objects);
        stored("store.waiters", "Puts that wait for room", StoreFigures::waiters);
        stored("store.retrievals", "Retrievals under way", StoreFigures::retrievals);
        String pool = "Requests for object memory";
        counter("store.pool", pool, Tags.of("result", "hit"), store, s -> s.figures()
                .poolHits());
        counter("store.pool", pool, Tags.of("result", "miss"), store, s -> s.figures()
                .poolMisses());
    }

    /**
     * Adds the meters of calls that have happened for the first time. Of the many combinations a pod sees a handful; each
     * costs memory here and in whoever stores the metrics.
     */
    synchronized void addCalls() {
        MeterRegistry bound = registry;
        if (bound == null) {
            return;
        }
        TransferStats stats = transfer.stats();
        for (Operation operation : Operation.values()) {
            for (DataPath path : DataPath.values()) {
                for (Outcome outcome : Outcome.values()) {
                    var call = new Call(operation, path, outcome);
                    if (stats.figure(operation, path, outcome).count() > 0 && registered.add(call)) {
                        addCall(bound, stats, call);
                    }
                }
            }
        }
    }

    private static void addCall(MeterRegistry registry, TransferStats stats, Call call) {
        FunctionTimer.builder(
                        "baton.calls",
                        stats,
                        s -> figure(s, call).count(),
                        s -> figure(s, call).nanos(),
                        TimeUnit.NANOSECONDS)
                .description("Calls of the object API")
                .tags(call.tags())
                .register(registry);
        FunctionCounter.builder("baton.call.bytes", stats, s -> figure(s, call).bytes())
                .description("Object bytes moved by calls of the object API")
                .tags(call.tags())
                .register(registry);
    }

    private static double bufferBytes(ByteBufAllocator allocator) {
        return allocator instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : Double.NaN;
    }

    private static TransferStats.Figure figure(TransferStats stats, Call call) {
        return stats.figure(call.operation(), call.path(), call.outcome());
    }

    /** Meters hold their object weakly, so it must be one that the request plane holds, and not made for the meter. */
    private <T> void counter(String name, String description, Tags tags, T held, ToDoubleFunction<T> value) {
        FunctionCounter.builder("baton." + name, held, value)
                .description(description)
                .tags(tags)
                .register(registry());
    }

    private <T> void gauge(String name, String description, T held, ToDoubleFunction<T> value) {
        Gauge.builder("baton." + name, held, value).description(description).register(registry());
    }

    private void running(String name, String description, ToDoubleFunction<TransferFigures> figure) {
        gauge(name, description, transfer, t -> figure.applyAsDouble(t.figures()));
    }

    private void stored(String name, String description, ToDoubleFunction<StoreFigures> figure) {
        gauge(name, description, store, s -> figure.applyAsDouble(s.figures()));
    }

    private MeterRegistry registry() {
        return Objects.requireNonNull(registry);
    }
}
