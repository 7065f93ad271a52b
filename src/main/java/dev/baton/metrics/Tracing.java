package dev.baton.metrics;

/** Where spans go. Any thread. */
public interface Tracing {
    /** Spans for one more connection or stream, which live on its event loop. */
    Spans connection();
}
