package dev.baton.http;

/**
 * Inbound user event: a handler nearer to the client has answered the open exchange itself, or given it up.
 *
 * <p>Handlers below let go of what they hold for it (upstream connection, permit, pull) and write nothing more for it.
 * Fired on the event loop, at most once per exchange. A client that leaves is told by {@code channelInactive} alone.
 */
public enum ExchangeAborted {
    INSTANCE
}
