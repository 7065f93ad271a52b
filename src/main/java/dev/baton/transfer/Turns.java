package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Places in the store's line, for threads that may wait; never on an event loop. */
final class Turns {
    private Turns() {}

    /**
     * Blocks until the turn has come, at most for the time given.
     *
     * @param unused gives back what comes when nobody waits for it any more
     * @throws RefusedException store-full: it has not come in time
     */
    static <T> T await(CompletableFuture<T> turn, Duration atMost, Consumer<? super T> unused)
            throws InterruptedException {
        try {
            return turn.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException late) {
            leave(turn, unused);
            throw new RefusedException(ErrorCode.STORE_FULL, "no room in time");
        } catch (InterruptedException left) {
            leave(turn, unused);
            throw left;
        }
    }

    private static <T> void leave(CompletableFuture<T> turn, Consumer<? super T> unused) {
        if (!turn.cancel(false) && !turn.isCompletedExceptionally()) {
            unused.accept(turn.join());
        }
    }
}
