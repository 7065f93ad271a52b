package dev.baton.proxy;

import io.netty.channel.Channel;

/** One request's way to the user's program, of whatever protocol, as {@link Forwarder} sees it. Event loop only. */
interface UpstreamExchange {
    /** A part of the request, or octets of a tunnel. */
    void send(Object message);

    void flush();

    /** Whether more of the request may be sent; if not, {@link Forwarder#requestWanted} will be called. */
    boolean writable();

    /** What octets of a tunnel are written to, and what ends with it. */
    Channel channel();

    /** The client takes no more of the response now. */
    void pause();

    void resume();

    /** The exchange is of no interest any more. */
    void abandon();
}
