package dev.baton.store;

import java.util.concurrent.CompletableFuture;

/** The store's answer to a wish for room outside of its pool. */
public sealed interface Charging {
    record Granted(Charge charge) implements Charging {}

    /**
     * There is no room yet. Waiters are served in the order of their arrival, puts among them; the future completes on the thread that
     * frees the room. Cancelling it leaves the queue. It fails with {@link IllegalStateException} when the store is closed.
     */
    record Waiting(CompletableFuture<Charge> charge) implements Charging {}

    /** It can never fit, however long one waits. */
    record TooLarge(long budgetBytes) implements Charging {}

    /** As many are held as may be at once: each stands for a descriptor of this process. */
    enum TooMany implements Charging {
        INSTANCE
    }
}
