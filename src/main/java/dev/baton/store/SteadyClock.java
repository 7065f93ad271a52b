package dev.baton.store;

import java.time.InstantSource;

/**
 * Milliseconds that never go back: when the wall clock is set back, this one goes on from where it was, so that an object neither rises from
 * the dead nor outlives its time. Guarded by the store's lock.
 */
final class SteadyClock {
    private final InstantSource wall;
    private long lastWallMillis;
    private long setBackMillis;

    SteadyClock(InstantSource wall) {
        this.wall = wall;
        this.lastWallMillis = wall.millis();
    }

    long millis() {
        long now = wall.millis();
        if (now < lastWallMillis) {
            setBackMillis += lastWallMillis - now;
        }
        lastWallMillis = now;
        return now + setBackMillis;
    }

    /** The wall clock's time for a time of this clock, as the wall clock runs now. */
    long wallMillis(long steadyMillis) {
        return steadyMillis - setBackMillis;
    }
}
