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

        /** The request owns a permit now. Called once at most, on the thread that gave the permit back, without any lock. */
        abstract void admitted();
    }

    private final int maxRunning;
    private final int maxWaiting;
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
        if (maxRunning < 1 || maxWaiting < 0) {
            throw new IllegalArgumentException(maxRunning + " running, " + maxWaiting + " waiting");
        }
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
    }

    /** Requests that own a permit. */
    public int running() {
        synchronized (lock) {
            return running;
        }
    }

    /** Requests in the queue. */
    public int waiting() {
        synchronized (lock) {
            return waiting;
        }
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
            if (next == null) {
                running--;
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
