package dev.baton.metrics;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The metrics of the request path: each event loop counts into histograms of its own, and {@link #collect} sums them up. The
 * number of series is limited as OpenTelemetry's SDKs limit it, because clients choose hosts and tags: what comes beyond is
 * counted in one series with {@code otel.metric.overflow}.
 */
public final class RequestMetrics {
    private static final int MOST_SERIES = 1000;
    private static final long NONE = Long.MIN_VALUE;

    private final boolean openCensus;
    private final ConcurrentHashMap<Object, Boolean> admitted = new ConcurrentHashMap<>();
    private final List<LoopMetrics> loops = new CopyOnWriteArrayList<>();
    private final AtomicLong depth = new AtomicLong(NONE);
    private final FastThreadLocal<LoopMetrics> own = new FastThreadLocal<>() {
        @Override
        protected LoopMetrics initialValue() {
            LoopMetrics loop = new LoopMetrics(RequestMetrics.this);
            loops.add(loop);
            return loop;
        }
    };

    /** @param openCensus durations are counted and told in the milliseconds of queue-proxies before 1.19 */
    public RequestMetrics(boolean openCensus) {
        this.openCensus = openCensus;
    }

    /** Event loops only: each thread that asks has histograms for the life of the process. */
    LoopMetrics ofThisLoop() {
        return own.get();
    }

    boolean openCensus() {
        return openCensus;
    }

    Buckets durations() {
        return openCensus ? Buckets.MILLIS : Buckets.SECONDS;
    }

    /** A duration as the histograms of {@link #durations} take it. */
    long given(long nanos) {
        return openCensus ? nanos / 1_000_000 : nanos;
    }

    /** Requests that were running or waiting when the last one began to run. Event loops only. */
    void depth(int requests) {
        depth.lazySet(requests);
    }

    /** Whether there is room for one more series; a series once admitted stays so. Any thread. */
    boolean admit(Object key) {
        if (admitted.containsKey(key)) {
            return true;
        }
        if (admitted.size() >= MOST_SERIES) {
            return false;
        }
        admitted.put(key, true);
        return true;
    }

    /**
     * All families that have a value, summed over the event loops. Any thread but an event loop: it takes milliseconds.
     *
     * @param names who is asked about, for the families and the labels that all their series share
     */
    public List<Family> collect(FamilyNames names) {
        TreeMap<ServerKey, Distribution[]> servers = new TreeMap<>(Order.OF_SERVERS);
        TreeMap<ClientKey, Distribution[]> clients = new TreeMap<>(Order.OF_CLIENTS);
        TreeMap<Integer, Distribution> invocations = new TreeMap<>();
        for (LoopMetrics loop : loops) {
            loop.servers.forEach((key, series) -> {
                Distribution[] sums = servers.computeIfAbsent(key, wanted -> new Distribution[] {
                    new Distribution(durations()), new Distribution(Buckets.BYTES), new Distribution(Buckets.BYTES)
                });
                series.duration().addTo(sums[0]);
                series.requestSize().addTo(sums[1]);
                series.responseSize().addTo(sums[2]);
            });
            loop.clients.forEach((key, series) -> {
                Distribution[] sums = clients.computeIfAbsent(key, wanted ->
                        new Distribution[] {new Distribution(Buckets.SECONDS), new Distribution(Buckets.BYTES)});
                series.duration().addTo(sums[0]);
                series.requestSize().addTo(sums[1]);
            });
            for (int status = 0; status < loop.invocations.length(); status++) {
                Histogram series = loop.invocations.get(status);
                if (series != null) {
                    series.addTo(invocations.computeIfAbsent(status, wanted -> new Distribution(durations())));
                }
            }
        }
        List<Family> families = new ArrayList<>();
        names.addTo(families, new Sums(servers, clients, invocations, depth.get()));
        families.removeIf(family -> family.points().isEmpty());
        return families;
    }

    /**
     * What all loops have measured.
     *
     * @param servers durations, sizes of requests, sizes of responses
     * @param clients durations, sizes of requests
     */
    record Sums(
            TreeMap<ServerKey, Distribution[]> servers,
            TreeMap<ClientKey, Distribution[]> clients,
            TreeMap<Integer, Distribution> invocations,
            long depth) {
        boolean depthKnown() {
            return depth != NONE;
        }
    }
}
