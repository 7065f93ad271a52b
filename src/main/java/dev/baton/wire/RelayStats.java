package dev.baton.wire;

/** Told what the relays do. Any thread; must not block. */
public interface RelayStats {
    /** That many bytes went from socket to socket and never came into this process. */
    void spliced(long bytes);

    /** A body was copied instead. */
    void fallback(RelayFallback reason);
}
