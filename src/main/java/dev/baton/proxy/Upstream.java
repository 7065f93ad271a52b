package dev.baton.proxy;

/**
 * Where requests go: the seam at which the protocol towards the user's program is chosen. One per event loop, and used on it
 * alone.
 */
interface Upstream {
    /**
     * Finds a connection for the front's open exchange. Calls {@link Forwarder#attached} or {@link Forwarder#unreachable},
     * before it returns or later, unless {@link #forget} comes first.
     *
     * @param fresh only one that has carried no request yet
     */
    void lease(Forwarder front, boolean fresh);

    /** The front wants no connection any more. */
    void forget(Forwarder front);
}
