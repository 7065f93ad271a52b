package dev.baton.pull;

import dev.baton.wire.RelayStats;

/** Told what crosses the pull ports. Any thread; must not block. */
public interface PullStats extends RelayStats {
    /** Object bytes that arrived from another sidecar's pull port. */
    void pulledIn(long bytes);

    /** Object bytes that the kernel took on this sidecar's pull port. */
    void pulledOut(long bytes);
}
