package dev.baton.transfer;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The transfers that run through this sidecar: at most so many at once, the others wait in the order of their arrival. Any thread. */
final class Windows {
    /** The right to one transfer. */
    final class Permit implements AutoCloseable {
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

    Windows(int max) {
        this.max = max;
    }

    /** Completes at once or when others have finished, on their thread. Cancelling leaves the queue. */
    CompletableFuture<Permit> acquire() {
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
    Permit tryAcquire() {
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

    void add(Window window) {
        open.put(window.id(), window);
    }

    void remove(Window window) {
        open.remove(window.id(), window);
    }

    @Nullable
    Window find(UUID id) {
        return open.get(id);
    }

    int running() {
        synchronized (waiters) {
            return held;
        }
    }

    int onOffer() {
        return open.size();
    }

    int waiting() {
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
