package dev.baton.metrics;

import dev.baton.metrics.LoopMetrics.Client;
import dev.baton.metrics.LoopMetrics.Server;
import org.jspecify.annotations.Nullable;

/**
 * What the handlers of one connection or stream know together of its open exchange. Event loop only. The series of the last
 * exchange are kept, because the next one is like it nearly always.
 */
final class Exchange {
    private final Observation observation;
    final @Nullable LoopMetrics metrics;
    private @Nullable Spans connectionSpans;
    private @Nullable Server lastServer;
    private @Nullable Client lastClient;

    /** Between the arrival of a request that counts and the end of its answer. */
    boolean open;

    /** The client broke its own request off, or it was malformed. */
    boolean clientsFault;

    String method = "";
    String host = "";
    String version = "";
    String tag = "";
    boolean tls;
    long begunAt;
    long requestBytes;
    long responseBytes;
    int status;

    /** Of the open exchange; null if nobody traces. */
    @Nullable
    Spans spans;

    Exchange(Observation observation, @Nullable LoopMetrics metrics) {
        this.observation = observation;
        this.metrics = metrics;
    }

    /** Finds out who traces this exchange, now that it begins. */
    @Nullable
    Spans beginSpans() {
        Spans kept = connectionSpans;
        if (kept == null) {
            Tracing tracing = observation.tracing();
            if (tracing != null) {
                kept = tracing.connection();
                connectionSpans = kept;
            }
        }
        spans = kept;
        return kept;
    }

    /** The exchange is over: counts it. */
    void end(int finalStatus) {
        open = false;
        LoopMetrics into = metrics;
        if (into != null) {
            Server series = lastServer;
            if (series == null || !fits(series.key(), finalStatus)) {
                series = into.server(method, tls, host, version, finalStatus, tag);
                lastServer = series;
            }
            series.duration().record(observation.given(System.nanoTime() - begunAt));
            series.requestSize().record(requestBytes);
            series.responseSize().record(responseBytes);
        }
        Spans open = spans;
        if (open != null) {
            spans = null;
            open.ended(finalStatus, requestBytes, responseBytes);
        }
    }

    private boolean fits(ServerKey key, int finalStatus) {
        return key.status() == finalStatus
                && key.method().equals(method)
                && key.host().equals(host)
                && key.tag().equals(tag)
                && key.tls() == tls
                && key.version().equals(version);
    }

    /** Counts one request to the user's program. */
    void client(long nanos, long bytes, String clientMethod, String clientVersion, int answered, String error) {
        LoopMetrics into = metrics;
        if (into == null || observation.openCensus()) {
            return;
        }
        String clientTag = open ? tag : "";
        Client series = lastClient;
        if (series == null
                || series.key().status() != answered
                || !series.key().method().equals(clientMethod)
                || !series.key().tag().equals(clientTag)
                || !series.key().error().equals(error)
                || !series.key().version().equals(clientVersion)) {
            series = into.client(new ClientKey(clientMethod, clientVersion, answered, error, clientTag));
            lastClient = series;
        }
        series.duration().record(nanos);
        series.requestSize().record(bytes);
    }

    /** Counts one run of the user's program. */
    void invocation(long nanos, int finalStatus) {
        LoopMetrics into = metrics;
        if (into != null) {
            into.invocations(finalStatus).record(observation.given(nanos));
        }
    }
}
