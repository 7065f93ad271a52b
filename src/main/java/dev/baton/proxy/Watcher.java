package dev.baton.proxy;

import io.netty.channel.ChannelHandler;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Looks at the requests of the main port, and changes nothing but fields that name a trace. */
public interface Watcher {
    /**
     * The handlers for one connection or stream, by their places.
     *
     * @param whole ahead of everything that answers by itself
     * @param proxied ahead of the Stat and the breaker; null for none
     * @param running behind the breaker
     * @param upstream next to the way to the user's program
     */
    record Handlers(
            ChannelHandler whole, @Nullable ChannelHandler proxied, ChannelHandler running, ChannelHandler upstream) {}

    /**
     * Called on the event loop of the connection.
     *
     * @param inFlight requests that run or wait; null without a breaker
     */
    Handlers handlers(@Nullable IntSupplier inFlight);
}
