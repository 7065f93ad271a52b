package dev.baton.pull;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The transfers that run through this sidecar: at most so many at once, the others wait in the order of their arrival. Any thread. */
public final class Windows {
    /** The right to one transfer. */
    public final class Permit implements AutoCloseable {
        private final AtomicBoolean held = new AtomicBoolean(true);

        private Permit() {}

        /** Gives it to the next who waits. Idempotent. */
        @Override
        public void close() {
            if (held.compareAndSet(true, false)) {
                release();
            }
        }
    }

    private final Map<UUID, Window> open = new ConcurrentHashMap<>();
    private final ArrayDeque<CompletableFuture<Permit>> waiters = new ArrayDeque<>();
    private final int max;
    private int held;

    /** @param max transfers at once */
    public Windows(int max) {
        this.max = max;
    }

    /** Completes at once or when others have finished, on their thread. Cancelling leaves the queue. */
    public CompletableFuture<Permit> acquire() {
        CompletableFuture<Permit> permit = new CompletableFuture<>();
        synchronized (waiters) {
            if (held >= max) {
                waiters.add(permit);
                return permit;
            }
            held++;
        }
        permit.complete(new Permit());
        return permit;
    }

    /** One that is free now, or null. Those who wait go first. */
    @Nullable
    public Permit tryAcquire() {
        synchronized (waiters) {
            if (held >= max) {
                return null;
            }
            held++;
            return new Permit();
        }
    }

    private void release() {
        while (true) {
            CompletableFuture<Permit> next;
            synchronized (waiters) {
                next = waiters.poll();
                if (next == null) {
                    held--;
                    return;
                }
            }
            // False if it has left the queue meanwhile.
            if (next.complete(new Permit())) {
                return;
            }
        }
    }

    /** From here on it can be claimed. */
    public void add(Window window) {
        open.put(window.id(), window);
    }

    /** No longer; a claim that has been made goes on. */
    public void remove(Window window) {
        open.remove(window.id(), window);
    }

    @Nullable
    Window find(UUID id) {
        return open.get(id);
    }

    /** Permits that are held. */
    public int running() {
        synchronized (waiters) {
            return held;
        }
    }

    /** Windows that can be claimed, or have been. */
    public int onOffer() {
        return open.size();
    }

    /** Those who wait for a permit. */
    public int waiting() {
        synchronized (waiters) {
            int count = 0;
            for (CompletableFuture<Permit> waiter : waiters) {
                if (!waiter.isDone()) {
                    count++;
                }
            }
            return count;
        }
    }
}
