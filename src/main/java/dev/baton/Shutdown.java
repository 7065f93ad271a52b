package dev.baton;

import dev.baton.drain.Drain;
import dev.baton.drain.Step;
import dev.baton.http.GoDuration;
import dev.baton.telemetry.JsonLog;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Drives the {@link Drain} on one event loop, where its timers cost no thread. */
final class Shutdown {
    private static final Duration LAST_LINES = Duration.ofMillis(200);

    private final Drain drain;
    private final Duration quiet;
    private final EventExecutor loop;
    private final LongSupplier inFlight;
    private final LongSupplier upgraded;
    private final Runnable stopListeners;
    private final JsonLog log;
    private final CountDownLatch over = new CountDownLatch(1);
    private boolean begun;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * @param quiet the drain's quiet time, for the log
     * @param inFlight requests and transfers that are to be awaited, upgraded connections left out
     * @param stopListeners called once, on the loop
     */
    Shutdown(
            Drain drain,
            Duration quiet,
            EventExecutor loop,
            LongSupplier inFlight,
            LongSupplier upgraded,
            Runnable stopListeners,
            JsonLog log) {
        this.drain = drain;
        this.quiet = quiet;
        this.loop = loop;
        this.inFlight = inFlight;
        this.upgraded = upgraded;
        this.stopListeners = stopListeners;
        this.log = log;
    }

    /** From now on there are listeners to stop; what has been asked for before takes its course now. Any thread. */
    void begin() {
        loop.execute(() -> {
            begun = true;
            if (drain.draining()) {
                advance();
            }
        });
    }

    /** SIGTERM or SIGINT has come; the second one ends the process at once. Any thread. */
    void signal() {
        if (!drain.signal()) {
            log.flush(LAST_LINES);
            Runtime.getRuntime().halt(1);
        }
        log.info("Received TERM signal, attempting to gracefully shutdown servers.");
        log.info("Sleeping " + GoDuration.format(quiet.toNanos()) + " to allow K8s propagation of non-ready state");
        loop.execute(this::advance);
    }

    /** A preStop hook waits; {@code answer} runs on the loop. Any thread. */
    void hook(Runnable answer) {
        log.info("Attached drain handler from user-container");
        drain.hook(answer);
        loop.execute(this::advance);
    }

    private void advance() {
        if (!begun) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        switch (drain.advance(inFlight.getAsLong(), upgraded.getAsLong())) {
            case Step.Idle idle -> {}
            case Step.Wait wait ->
                timer = loop.schedule(this::advance, wait.time().toNanos(), TimeUnit.NANOSECONDS);
            case Step.StopListeners stop -> {
                stopListeners.run();
                advance();
            }
            case Step.Exit exit -> {
                if (exit.upgradedLeft() > 0) {
                    log.warn("Hijack connection drain failed: " + exit.upgradedLeft() + " connections are cut");
                }
                over.countDown();
            }
        }
    }

    /**
     * Blocks until the process may exit.
     *
     * @param housekeeping run about once a second meanwhile; may block
     */
    void await(Runnable housekeeping) throws InterruptedException {
        while (!over.await(1, TimeUnit.SECONDS)) {
            housekeeping.run();
        }
    }
}
