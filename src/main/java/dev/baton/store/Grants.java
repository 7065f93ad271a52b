package dev.baton.store;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Grants on their way to those who waited. One thread at a time hands them over, in order: a receiver that frees room at once, which grants
 * the next one, would otherwise run inside of its predecessor, as deep as the line is long.
 */
final class Grants {
    private final ConcurrentLinkedQueue<Aftermath.Grant> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger rounds = new AtomicInteger();

    void deliver(ArrayDeque<Aftermath.Grant> grants) {
        if (grants.isEmpty()) {
            return;
        }
        queue.addAll(grants);
        if (rounds.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            Aftermath.Grant grant = queue.poll();
            while (grant != null) {
                handOver(grant.waiter(), grant.claim());
                grant = queue.poll();
            }
            seen = rounds.addAndGet(-seen);
        } while (seen > 0);
    }

    static void handOver(Waiter waiter, Claim claim) {
        try {
            waiter.grant(claim);
        } catch (Throwable e) {
            waiter.future().completeExceptionally(e);
        }
    }
}
