package dev.baton.proxy;

import org.jspecify.annotations.Nullable;

/**
 * Lets a fixed number of requests run and a fixed number of others wait, first come, first served; the rest is turned away.
 *
 * <p>Shared by all event loops; any thread may call. A permit that is handed back goes straight to the longest waiting
 * request, so that no wake-up can be lost. The lock is held for a few instructions only.
 */
public final class Breaker {
    /** What {@link #enter} decided. */
    enum Entry {
        /** The caller owns a permit and gives it back by {@link #leave}. */
        ADMITTED,
        /** {@link Waiter#admitted} will be called, unless {@link #withdraw} comes first. */
        WAITING,
        /** Nothing is owned. */
        FULL
    }

    /** A request in the queue. */
    abstract static class Waiter {
        private @Nullable Waiter previous;
        private @Nullable Waiter next;
        private boolean queued;

        /** It is the request's turn: see {@link #claim}. Called once at most, on the thread that gave the permit back, without any lock. */
        abstract void admitted();
    }

    private final int maxRunning;
    private final int maxWaiting;
    private final boolean overtaking;
    private final Object lock = new Object();

    private int running;
    private int waiting;
    private @Nullable Waiter first;
    private @Nullable Waiter last;

    /**
     * Makes one with all permits free.
     *
     * @param maxRunning requests that run at once, at least 1
     * @param maxWaiting further ones that may wait
     */
    public Breaker(int maxRunning, int maxWaiting) {
        this(maxRunning, maxWaiting, false);
    }

    /**
     * As above, or with the Go sidecar's order: a permit that comes back is free for whoever comes first, the request that has
     * waited longest is only told of it, and goes to the queue's end if it comes too late.
     */
    Breaker(int maxRunning, int maxWaiting, boolean overtaking) {
        if (maxRunning < 1 || maxWaiting < 0) {
            throw new IllegalArgumentException(maxRunning + " running, " + maxWaiting + " waiting");
        }
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
        this.overtaking = overtaking;
    }

    /** Requests that own a permit. */
    public int running() {
        synchronized (lock) {
            return running;
        }
    }

    /** Requests that own a permit or wait for one. */
    int inFlight() {
        synchronized (lock) {
            return running + waiting;
        }
    }

    /** Requests in the queue. */
    public int waiting() {
        synchronized (lock) {
            return waiting;
        }
    }

    /** Requests that there may be, running and waiting. */
    int limit() {
        return maxRunning + maxWaiting;
    }

    /** Takes a permit without waiting, if one is free. */
    boolean tryEnter() {
        synchronized (lock) {
            if (running < maxRunning) {
                running++;
                return true;
            }
            return false;
        }
    }

    Entry enter(Waiter waiter) {
        synchronized (lock) {
            if (running < maxRunning) {
                running++;
                return Entry.ADMITTED;
            }
            if (waiting == maxWaiting) {
                return Entry.FULL;
            }
            append(waiter);
            return Entry.WAITING;
        }
    }

    /** Gives a permit back. */
    void leave() {
        Waiter next;
        synchronized (lock) {
            if (running == 0) {
                throw new IllegalStateException("more permits given back than taken");
            }
            next = first;
            if (next == null || overtaking) {
                running--;
            }
            if (next == null) {
                return;
            }
            unlink(next);
        }
        next.admitted();
    }

    /** Whether a waiter that has been called owns a permit now; if not it waits again. */
    boolean claim(Waiter waiter) {
        if (!overtaking) {
            return true;
        }
        synchronized (lock) {
            if (running < maxRunning) {
                running++;
                return true;
            }
            append(waiter);
            return false;
        }
    }

    /** A waiter that has been called has no use for it any more. */
    void decline() {
        if (!overtaking) {
            leave();
            return;
        }
        Waiter next;
        synchronized (lock) {
            next = first;
            if (next == null || running == maxRunning) {
                return;
            }
            unlink(next);
        }
        next.admitted();
    }

    /** Leaves the queue. False if the permit has been handed over already: {@link Waiter#admitted} is called or will be. */
    boolean withdraw(Waiter waiter) {
        synchronized (lock) {
            if (!waiter.queued) {
                return false;
            }
            unlink(waiter);
            return true;
        }
    }

    private void append(Waiter waiter) {
        waiter.queued = true;
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
        waiting++;
    }

    private void unlink(Waiter waiter) {
        Waiter before = waiter.previous;
        Waiter after = waiter.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        waiter.previous = null;
        waiter.next = null;
        waiter.queued = false;
        waiting--;
    }
}
