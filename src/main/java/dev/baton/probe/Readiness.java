package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import dev.baton.config.Probes;
import dev.baton.http.EventLoops;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the user's containers whether they are ready, each time that somebody wants to know; those who ask while a run is
 * under way share its outcome. All probes of a run go at once, and all must pass. Any thread; never blocks.
 */
public final class Readiness {
    private final EventLoops loops;
    private final Consumer<String> complaints;
    private final List<Probe> probes = new ArrayList<>();

    private @Nullable CompletableFuture<Boolean> current;

    /**
     * Asks nobody yet.
     *
     * @param complaints takes one line for a run that failed: the first error. The queue-proxy writes it to stderr, plain
     */
    public Readiness(Probes probes, EventLoops loops, Consumer<String> complaints) {
        this.loops = loops;
        this.complaints = complaints;
        for (ProbeSpec spec : probes.specs()) {
            this.probes.add(new Probe(spec, probes.http2(), complaints));
        }
    }

    /** True once every probe has passed; at once if there is none. Completes on an event loop, never exceptionally. */
    public CompletableFuture<Boolean> check() {
        if (probes.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> outcome;
        synchronized (this) {
            if (current != null) {
                return current;
            }
            outcome = new CompletableFuture<>();
            current = outcome;
        }
        EventLoop loop = loops.group().next();
        loop.execute(new Run(loop, outcome));
        return outcome;
    }

    /** One run of all probes; on its event loop only. */
    private final class Run implements Runnable {
        private final EventLoop loop;
        private final CompletableFuture<Boolean> outcome;
        private int outstanding = probes.size();
        private boolean failed;

        Run(EventLoop loop, CompletableFuture<Boolean> outcome) {
            this.loop = loop;
            this.outcome = outcome;
        }

        @Override
        public void run() {
            for (Probe probe : probes) {
                try {
                    probe.run(loop, this::finished);
                } catch (RuntimeException e) {
                    // Without an end to this run nobody would ever be answered again.
                    finished("probe failed: " + e);
                }
            }
        }

        private void finished(@Nullable String error) {
            if (error != null && !failed) {
                failed = true;
                complaints.accept(error);
            }
            if (--outstanding == 0) {
                synchronized (Readiness.this) {
                    current = null;
                }
                outcome.complete(!failed);
            }
        }
    }
}
