package dev.baton.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls whose time is up. One thread that sleeps until the earliest deadline it knew of when it last looked; calls that came and went
 * since then have later ones and cost no wake-up. It ends when there has been nothing to watch for a while. Any thread.
 */
final class DeadlineWatch implements AutoCloseable {
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Set<GuestClock> clocks = ConcurrentHashMap.newKeySet();
    private @Nullable Thread thread;
    private long wakeAt;
    private boolean closed;

    void add(GuestClock clock) {
        clocks.add(clock);
        long now = System.nanoTime();
        long due = now + Math.min(clock.nanosLeft(now), LINGER_NANOS);
        synchronized (this) {
            if (closed) {
                return;
            }
            if (thread == null) {
                wakeAt = due;
                thread = Thread.ofPlatform().daemon().name("baton-guest-watch").start(this::run);
            } else if (due - wakeAt < 0) {
                wakeAt = due;
                notifyAll();
            }
        }
    }

    void remove(GuestClock clock) {
        clocks.remove(clock);
    }

    /** Ends all calls that run. */
    void cancelAll() {
        clocks.forEach(GuestClock::cancel);
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void run() {
        long emptySince = System.nanoTime();
        while (sleep()) {
            long now = System.nanoTime();
            long next = now + LINGER_NANOS;
            // A copy: a clock is asked and expired without this watch's lock, as clocks call back with theirs.
            List<GuestClock> all = new ArrayList<>(clocks);
            for (GuestClock clock : all) {
                long left = clock.nanosLeft(now);
                if (left <= 0) {
                    clock.expire(now);
                    clocks.remove(clock);
                } else if (now + Math.min(left, LINGER_NANOS) - next < 0) {
                    next = now + left;
                }
            }
            if (!all.isEmpty()) {
                emptySince = now;
            }
            if (!planned(next, now - emptySince >= LINGER_NANOS)) {
                return;
            }
        }
    }

    /** Waits until it is time; false at the end. */
    private synchronized boolean sleep() {
        while (!closed) {
            long now = System.nanoTime();
            long left = wakeAt - now;
            if (left <= 0) {
                wakeAt = now + LINGER_NANOS; // What is added from here on lowers it again.
                return true;
            }
            try {
                // Rounded up: waking a moment early would only mean to sleep again.
                TimeUnit.MILLISECONDS.timedWait(this, TimeUnit.NANOSECONDS.toMillis(left) + 1);
            } catch (InterruptedException e) {
                closed = true; // Nobody else has this thread, so nobody interrupts it but a JVM that ends.
            }
        }
        return false;
    }

    /** Sets the next time to look, unless there is nothing left to look at. */
    private synchronized boolean planned(long next, boolean idle) {
        if (idle && clocks.isEmpty()) {
            thread = null;
            return false;
        }
        if (next - wakeAt < 0) {
            wakeAt = next;
        }
        return true;
    }
}
