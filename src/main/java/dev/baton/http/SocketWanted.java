package dev.baton.http;

import io.netty.channel.Channel;
import java.util.function.Consumer;

/**
 * The handler that produces a body would rather write it to the next hop's socket itself. For the open exchange's request body this is an
 * inbound user event, for its response body an outbound message.
 *
 * <p>A handler whose next hop is a plain HTTP/1.1 connection takes the wish and grants it when everything before has been written to the
 * channel and flushed; the body's end still comes as a message. Event loop only.
 */
public final class SocketWanted {
    private final Consumer<Channel> granted;
    private boolean taken;

    public SocketWanted(Consumer<Channel> granted) {
        this.granted = granted;
    }

    /** Someone will grant the wish, or end the exchange. */
    public void take() {
        taken = true;
    }

    /** Whether {@link #grant} is to be expected. If not, the body goes the ordinary way. */
    public boolean taken() {
        return taken;
    }

    /** Hands over the channel to the next hop. Its owner goes on reading it and may close it at any time. */
    public void grant(Channel channel) {
        granted.accept(channel);
    }
}
