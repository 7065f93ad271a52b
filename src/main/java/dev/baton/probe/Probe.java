package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One probe of one container. An ordinary one is a single attempt. An aggressive one, Knative's default, tries again and again
 * for up to ten seconds, because a container that has just started is wanted the moment it is ready.
 *
 * <p>One run at a time; on the event loop that the run is given.
 */
final class Probe {
    private static final int INTERVAL_MILLIS = 50;
    private static final int ATTEMPT_MILLIS = 100;
    private static final int PATIENCE_MILLIS = 10_000;

    private final ProbeSpec spec;
    private final Attempt attempt;
    /** Of a kind that nobody can try: trying again changes nothing. */
    private final boolean hopeless;

    private final Consumer<String> complaints;

    /** Successes in a row, also over several runs, as the queue-proxy counts them. Runs follow each other: no two at once. */
    private volatile int successes;

    /**
     * @param detectHttp2 whether a GET is tried over HTTP/2 first
     */
    Probe(ProbeSpec spec, boolean detectHttp2, Consumer<String> complaints) {
        this.spec = spec;
        this.complaints = complaints;
        attempt = attempt(spec.action(), detectHttp2);
        hopeless = spec.action() instanceof ProbeSpec.Exec || spec.action() instanceof ProbeSpec.None;
    }

    /** No switch over types here: linking one takes milliseconds of every start, and no cache keeps it. */
    private static Attempt attempt(ProbeSpec.Action action, boolean detectHttp2) {
        if (action instanceof ProbeSpec.TcpSocket socket) {
            return new TcpAttempt(socket);
        }
        if (action instanceof ProbeSpec.HttpGet get) {
            HttpAttempt http1 = new HttpAttempt(get);
            return detectHttp2 && !get.https() ? new Http2Detection(get, http1) : http1;
        }
        if (action instanceof ProbeSpec.Grpc grpc) {
            return new GrpcAttempt(grpc);
        }
        return Attempt.failing(action instanceof ProbeSpec.Exec ? "exec probe not supported" : "no probe found");
    }

    /**
     * Begins a run.
     *
     * @param done called on the loop: null for a probe that passed, else the error
     */
    void run(EventLoop loop, Attempt.Outcome done) {
        if (spec.aggressive() && !hopeless) {
            new Aggressive(loop, done).run();
        } else {
            attempt.start(loop, (int) Math.min(spec.timeout().toMillis(), Integer.MAX_VALUE), done);
        }
    }

    private final class Aggressive implements Runnable {
        private final EventLoop loop;
        private final Attempt.Outcome done;
        private final long begunAt = System.nanoTime();
        private long startedAt;
        private int failures;
        private @Nullable String lastError;

        Aggressive(EventLoop loop, Attempt.Outcome done) {
            this.loop = loop;
            this.done = done;
        }

        @Override
        public void run() {
            startedAt = System.nanoTime();
            attempt.start(loop, ATTEMPT_MILLIS, this::attempted);
        }

        private void attempted(@Nullable String error) {
            if (error == null) {
                successes = Math.min(successes + 1, spec.successThreshold());
                if (successes >= spec.successThreshold()) {
                    done.done(null);
                    return;
                }
            } else {
                successes = 0;
                failures++;
                lastError = error;
            }
            long now = System.nanoTime();
            if (TimeUnit.NANOSECONDS.toMillis(now - begunAt) >= PATIENCE_MILLIS) {
                if (lastError != null) {
                    complaints.accept("aggressive probe error (failed " + failures + " times): " + lastError);
                }
                done.done("context deadline exceeded");
                return;
            }
            long pause = TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS) - (now - startedAt);
            loop.schedule(this, Math.max(0, pause), TimeUnit.NANOSECONDS);
        }
    }
}
