package dev.baton.metrics;

import io.netty.channel.ChannelHandler;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches the requests of the main port: measures them, traces them, or both. Made only when either is asked for: without it
 * the request path has none of these handlers.
 */
public final class Observation {
    /**
     * The handlers for one connection or stream, which belong together.
     *
     * @param whole ahead of everything that answers: sees each request from its arrival to the end of its answer
     * @param proxied ahead of the queue; null if nobody is to trace
     * @param running behind the queue
     * @param upstream next to the way to the user's program
     */
    public record Handlers(
            ChannelHandler whole, @Nullable ChannelHandler proxied, ChannelHandler running, ChannelHandler upstream) {}

    private final @Nullable RequestMetrics metrics;
    private final boolean traced;
    private final boolean trueStatus;
    private volatile @Nullable Tracing tracing;

    /**
     * @param metrics null to measure nothing
     * @param traced {@link #tracing(Tracing)} will be called
     * @param trueStatus invocations that end without an answer are counted under what became of them, instead of under 200 as
     *     Knative's queue-proxy does
     */
    public Observation(@Nullable RequestMetrics metrics, boolean traced, boolean trueStatus) {
        this.metrics = metrics;
        this.traced = traced;
        this.trueStatus = trueStatus;
    }

    /** From now on exchanges that begin are traced. Any thread. */
    public void tracing(Tracing begun) {
        tracing = begun;
    }

    @Nullable
    Tracing tracing() {
        return tracing;
    }

    boolean trueStatus() {
        return trueStatus;
    }

    boolean openCensus() {
        return metrics != null && metrics.openCensus();
    }

    long given(long nanos) {
        return metrics == null ? nanos : metrics.given(nanos);
    }

    void depth(int requests) {
        if (metrics != null) {
            metrics.depth(requests);
        }
    }

    /**
     * For a new connection or stream. Its event loop only.
     *
     * @param inFlight running and waiting requests; null without a limit
     */
    public Handlers handlers(@Nullable IntSupplier inFlight) {
        Exchange exchange = new Exchange(this, metrics == null ? null : metrics.ofThisLoop());
        return new Handlers(
                new WholeHandler(exchange),
                traced ? new ProxiedHandler(exchange, inFlight != null) : null,
                new RunningHandler(this, exchange, inFlight),
                new UpstreamHandler(exchange));
    }
}
