package dev.baton.wasm;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that guests run on: platform threads with a stack of known size, because a guest decides how deep it goes and how long it stays.
 * They are started only when all others are busy, and end after half a minute without work. Any thread may call.
 */
final class GuestThreads implements AutoCloseable {
    private static final long IDLE_MILLIS = 30_000;

    private final int threadsMax;
    private final int callsMax;
    private final int stackBytes;

    private final ArrayDeque<Runnable> work = new ArrayDeque<>();
    private int calls;
    private int alive;
    private int idle;
    private int started;
    private boolean closed;

    /** @param queued calls that may wait for a thread */
    GuestThreads(int threadsMax, int queued, int stackBytes) {
        this.threadsMax = threadsMax;
        this.callsMax = threadsMax + queued;
        this.stackBytes = stackBytes;
    }

    /** Runs a call as soon as a thread is free; false when too many wait, or after close. It must not throw. */
    synchronized boolean call(Runnable call) {
        if (calls >= callsMax || closed) {
            return false;
        }
        calls++;
        work.addLast(() -> {
            try {
                call.run();
            } finally {
                ended();
            }
        });
        wake();
        return true;
    }

    /** Runs something that gives memory back, ahead of all calls. After close it runs here and now. It must not throw. */
    void tidy(Runnable task) {
        synchronized (this) {
            if (!closed) {
                work.addFirst(task);
                wake();
                return;
            }
        }
        task.run();
    }

    /** Lets what is queued come to its end, and takes nothing more. Waits for it up to the given time. */
    boolean close(long millis) throws InterruptedException {
        synchronized (this) {
            closed = true;
            notifyAll();
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (alive > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return true;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Calls that run or wait for a thread. */
    synchronized int calls() {
        return calls;
    }

    /** Threads that are there, idle ones included. */
    synchronized int alive() {
        return alive;
    }

    /** Threads that wait for work. */
    synchronized int idle() {
        return idle;
    }

    private synchronized void ended() {
        calls--;
    }

    /** Holds the lock. */
    private void wake() {
        if (work.size() > idle && alive < threadsMax) {
            alive++;
            Thread thread = new Thread(null, this::run, "baton-guest-" + ++started, stackBytes);
            thread.setDaemon(true);
            thread.start();
        } else {
            notify();
        }
    }

    private void run() {
        boolean good = false;
        try {
            for (Runnable next = next(); next != null; next = next()) {
                next.run();
            }
            good = true;
        } finally {
            if (!good) {
                gone(); // Work that throws against its promise costs this thread, not its place.
            }
        }
    }

    private synchronized void gone() {
        alive--;
        notifyAll();
    }

    private synchronized @Nullable Runnable next() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
        while (work.isEmpty() && !closed) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            idle++;
            try {
                wait(left);
            } catch (InterruptedException e) {
                break; // A call's clock takes its interrupt back before the call ends; whoever else interrupts wants
                // the thread to end.
            } finally {
                idle--;
            }
        }
        Runnable next = work.pollFirst();
        if (next == null) {
            gone();
        }
        return next;
    }
}
