package dev.baton.drain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The shutdown of Knative's queue-proxy as a state machine. A signal, or the first call of a container's preStop hook,
 * begins the drain: health checks fail from then on while ordinary requests are still served, until none has come for a
 * quiet period. Then the hooks are answered, and after a signal the listeners close, requests in flight are awaited without
 * limit, upgraded connections for one minute.
 *
 * <p>A hook without a signal within a second means that only a user's container is being restarted: then the drain is taken
 * back.
 *
 * <p>Any thread. Nothing blocks; {@link #advance} is called by one driver, again and again as it says.
 */
public final class Drain {
    /** How long the call of a preStop hook waits for the signal that follows if the whole pod ends. */
    static final Duration SIGNAL_PATIENCE = Duration.ofSeconds(1);

    /** How long upgraded connections may go on after the last request. */
    static final Duration UPGRADED_GRACE = Duration.ofSeconds(60);

    private static final Duration IN_FLIGHT_POLL = Duration.ofMillis(20);
    private static final Duration UPGRADED_POLL = Duration.ofSeconds(1);

    private enum Phase {
        SERVING,
        QUIETING,
        QUIET,
        FINISHING,
        UPGRADED,
        OVER
    }

    private final LongSupplier nanoClock;
    private final long quietNanos;
    private final List<Runnable> hooks = new ArrayList<>();

    private volatile boolean draining;
    private volatile long busyAt;
    private Phase phase = Phase.SERVING;
    private boolean signalled;
    private long begunAt;
    private long upgradedSince;

    /**
     * @param nanoClock a monotonic clock in nanoseconds
     * @param quiet how long no ordinary request must have come
     */
    public Drain(LongSupplier nanoClock, Duration quiet) {
        this.nanoClock = nanoClock;
        this.quietNanos = quiet.toNanos();
    }

    /** Whether health checks are to fail. */
    public boolean draining() {
        return draining;
    }

    /** An ordinary request, one that is no health check, has come. Cheap: one volatile read unless draining. */
    public void ordinaryRequest() {
        if (draining) {
            busyAt = nanoClock.getAsLong();
        }
    }

    /**
     * SIGTERM or SIGINT.
     *
     * @return false for a second one: the process is to exit with status 1 at once
     */
    public synchronized boolean signal() {
        if (signalled) {
            return false;
        }
        signalled = true;
        begin();
        return true;
    }

    /**
     * A preStop hook waits for the end of the quiet period.
     *
     * @param answer called once, by the thread that calls {@link #advance}; must not block
     */
    public synchronized void hook(Runnable answer) {
        hooks.add(answer);
        begin();
    }

    private void begin() {
        if (phase == Phase.SERVING) {
            begunAt = nanoClock.getAsLong();
            busyAt = begunAt;
            phase = Phase.QUIETING;
            draining = true;
        }
    }

    /**
     * Goes on as far as the time allows. One driver thread: at the start, after each {@link #signal} and {@link #hook}, and
     * when a {@link Step.Wait} is over.
     *
     * @param inFlight requests not yet completely done, upgraded connections left out
     * @param upgraded connections that have gone over to another protocol
     */
    public Step advance(long inFlight, long upgraded) {
        var answered = new ArrayList<Runnable>();
        Step step = advance(nanoClock.getAsLong(), inFlight, upgraded, answered);
        for (Runnable answer : answered) {
            answer.run();
        }
        return step;
    }

    private synchronized Step advance(long now, long inFlight, long upgraded, List<Runnable> answered) {
        if (phase == Phase.QUIETING && now - busyAt >= quietNanos) {
            phase = Phase.QUIET;
        }
        boolean takenBack = !signalled && phase != Phase.SERVING && now - begunAt >= SIGNAL_PATIENCE.toNanos();
        if (takenBack) {
            phase = Phase.SERVING;
            draining = false;
        }
        if (phase != Phase.QUIETING) {
            answered.addAll(hooks);
            hooks.clear();
        }
        return switch (phase) {
            case SERVING -> Step.Idle.INSTANCE;
            case QUIETING -> signalled ? quietWait(now) : earlier(quietWait(now), patience(now));
            case QUIET -> signalled ? stopListeners() : patience(now);
            case FINISHING -> inFlight > 0 ? new Step.Wait(IN_FLIGHT_POLL) : awaitUpgraded(now, upgraded);
            case UPGRADED -> awaitUpgraded(now, upgraded);
            case OVER -> new Step.Exit(upgraded);
        };
    }

    private Step stopListeners() {
        phase = Phase.FINISHING;
        return Step.StopListeners.INSTANCE;
    }

    private Step awaitUpgraded(long now, long upgraded) {
        if (phase == Phase.FINISHING) {
            phase = Phase.UPGRADED;
            upgradedSince = now;
        }
        if (upgraded > 0 && now - upgradedSince < UPGRADED_GRACE.toNanos()) {
            return new Step.Wait(UPGRADED_POLL);
        }
        phase = Phase.OVER;
        return new Step.Exit(upgraded);
    }

    private Step.Wait quietWait(long now) {
        return new Step.Wait(Duration.ofNanos(busyAt + quietNanos - now));
    }

    private Step.Wait patience(long now) {
        return new Step.Wait(SIGNAL_PATIENCE.minusNanos(now - begunAt));
    }

    private static Step.Wait earlier(Step.Wait one, Step.Wait other) {
        return one.time().compareTo(other.time()) <= 0 ? one : other;
    }
}
