package dev.baton.wasm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time that one call from outside may take, and its cancellation: both interrupt the thread that runs it, which compiled guests notice at
 * every loop and call. The interrupt never outlives {@link #stop}, so the thread's next call is not hit by it.
 *
 * <p>{@link #cancel} and {@link #expire}: any thread. The rest: the thread that runs the call.
 */
final class GuestClock {
    private final DeadlineWatch watch;
    private final Duration limit;

    private @Nullable Thread thread;
    private long nanosLeft;
    private long runningSince;
    private boolean running;
    private boolean expired;
    private boolean cancelled;

    GuestClock(DeadlineWatch watch, Duration limit) {
        this.watch = watch;
        this.limit = limit;
        this.nanosLeft = limit.toNanos();
    }

    /**
     * The call begins on this thread.
     *
     * @throws GuestException CANCELLED when it has been cancelled already
     */
    void start() {
        synchronized (this) {
            if (cancelled) {
                throw explain();
            }
            thread = Thread.currentThread();
            nanosLeft = limit.toNanos();
            running = true;
            runningSince = System.nanoTime();
        }
        watch.add(this);
    }

    /** The call waits for something that is not its own doing. */
    void pause() {
        synchronized (this) {
            nanosLeft -= System.nanoTime() - runningSince;
            running = false;
        }
        watch.remove(this);
    }

    /** It goes on. */
    void resume() {
        synchronized (this) {
            running = true;
            runningSince = System.nanoTime();
        }
        watch.add(this);
    }

    /** The call has ended, whatever happened. */
    void stop() {
        watch.remove(this);
        synchronized (this) {
            thread = null;
            if (running) {
                nanosLeft -= System.nanoTime() - runningSince;
                running = false;
            }
        }
        // No interrupt of this clock can come any more; this takes away the one that may have come.
        boolean unused = Thread.interrupted();
    }

    /** How long the call has run without its pauses; final after {@link #stop}. */
    synchronized long ranNanos() {
        return limit.toNanos() - nanosLeft;
    }

    /** Ends the call soon, or before it starts. */
    synchronized void cancel() {
        cancelled = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Nanoseconds until the time is up; {@link Long#MAX_VALUE} while it does not run. */
    synchronized long nanosLeft(long now) {
        return running ? nanosLeft - (now - runningSince) : Long.MAX_VALUE;
    }

    /** Interrupts the call if its time is up. */
    synchronized void expire(long now) {
        if (thread != null && running && nanosLeft - (now - runningSince) <= 0) {
            expired = true;
            thread.interrupt();
        }
    }

    /** Why the call was interrupted. */
    synchronized GuestException explain() {
        return expired
                ? new GuestException(
                        GuestException.Kind.DEADLINE, "the function did not answer within " + limit.toMillis() + " ms")
                : new GuestException(GuestException.Kind.CANCELLED, "the call was cancelled");
    }
}
