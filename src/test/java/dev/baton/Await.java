package dev.baton;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what happens soon on another thread. */
public final class Await {
    /** Longer than anything takes on a machine that has other work; whoever reaches it has failed. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private Await() {}

    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            pause(5);
        }
    }

    public static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
