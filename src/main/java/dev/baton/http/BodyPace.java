package dev.baton.http;

import java.util.concurrent.TimeUnit;

/**
 * Whether a request body has come at less than the least pace through a whole window. Windows follow one another, so that silence
 * ends a body after one window at the least and two at the most. One per body that is watched; pure.
 */
final class BodyPace {
    private final long windowNanos;
    private final long leastBytes;
    private long since;
    private long bytesThen;
    private long allThen;

    BodyPace(GuardLimits limits) {
        windowNanos = TimeUnit.MILLISECONDS.toNanos(limits.bodyWindowMillis());
        leastBytes = Math.max(1, (long) limits.bodyBytesPerSecond() * limits.bodyWindowMillis() / 1000);
    }

    /**
     * Begins a window.
     *
     * @param bytes of the body, that have come so far
     * @param all bytes of all bodies that share its connection
     */
    void restart(long nanoTime, long bytes, long all) {
        since = nanoTime;
        bytesThen = bytes;
        allThen = all;
    }

    /**
     * Whether a window is over in which too little has come. A window that is over and was good begins anew.
     *
     * @param bodies that share the connection: if together they keep the pace of as many, it is their sender's affair which comes first
     */
    boolean tooSlow(long nanoTime, long bytes, long all, int bodies) {
        if (nanoTime - since < windowNanos) {
            return false;
        }
        if (bytes - bytesThen < leastBytes && all - allThen < leastBytes * bodies) {
            return true;
        }
        restart(nanoTime, bytes, all);
        return false;
    }
}
