package dev.baton.transfer;

import dev.baton.pull.Window;
import dev.baton.pull.Windows;
import dev.baton.wire.HeldBody;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Puts bodies on offer to one puller each, under ids and capabilities that nobody can guess. Any thread. */
final class Offers {
    /** A body on offer, and the text by which it is asked for. */
    record Offered(Window window, String reference) {}

    private final Windows windows;
    private final References references;
    private final Duration life;
    private final InstantSource clock;
    private final RandomGenerator ids;

    /**
     * @param life longest time that anybody may come for it
     * @param ids cryptographically strong
     */
    Offers(Windows windows, References references, Duration life, InstantSource clock, RandomGenerator ids) {
        this.windows = windows;
        this.references = references;
        this.life = life;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Puts the body on offer until {@link #withdraw}.
     *
     * @param size in bytes, or -1 if unknown
     * @param loop the body's event loop
     * @param ended run on the loop when the pull is acknowledged, or has spoilt the body
     * @throws RefusedException when references cannot be sealed
     */
    Offered open(long size, String contentType, HeldBody body, EventExecutor loop, Runnable ended) {
        UUID id = new UUID(ids.nextLong(), ids.nextLong());
        UUID capability = new UUID(ids.nextLong(), ids.nextLong());
        String reference = references.seal(id, capability, size, 1, clock.millis() + life.toMillis());
        Window window = new Window(id, capability, size, contentType, body, loop, ended);
        windows.add(window);
        return new Offered(window, reference);
    }

    /** Ends the offer; a pull at work breaks off. Idempotent. */
    void withdraw(Window window) {
        windows.remove(window);
        window.close();
    }
}
