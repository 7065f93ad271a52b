package dev.baton.http;

/**
 * What an HTTP/2 connection may still send that moves no request on: pings, resets, empty frames and the like. An account and
 * not a rate of each kind, because how many of them are honest depends on the traffic: clients ping and open windows in step
 * with the octets they get, and some callers leave. So every frame of a response earns a few, time gives back the rest, and
 * who only takes is bankrupt after one burst. Pure; for one thread.
 */
final class Http2Credit {
    private static final double REFILL_NANOS = 30e9;

    private final int most;
    private double left;
    private long refilledNanos;

    /**
     * Begins full.
     *
     * @param most frames of one burst; what has been spent is back after 30 s
     */
    Http2Credit(int most) {
        this.most = most;
        left = most;
    }

    /** Returns false if the account does not hold so much: it is then empty. */
    boolean spend(int frames, long nowNanos) {
        if (left < most) {
            left = Math.min(most, left + (nowNanos - refilledNanos) * (most / REFILL_NANOS));
        }
        refilledNanos = nowNanos;
        left = Math.max(-1, left - frames);
        return left >= 0;
    }

    void earn(int frames) {
        left = Math.min(most, left + frames);
    }
}
