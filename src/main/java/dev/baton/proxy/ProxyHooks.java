package dev.baton.proxy;

import io.netty.channel.ChannelHandler;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the main port has from other parts of the sidecar. The suppliers are asked once per connection; those of handlers may
 * give null for none.
 *
 * @param health answers health checks ahead of all that counts or delays requests
 * @param dress makes ordinary requests of control messages
 * @param requestLog writes one line for each request, health checks among them
 * @param delivery replaces a control message by the request with the body that it stands for
 * @param functions answers requests itself, in place of the way to the user's program
 * @param watcher looks at all requests for telemetry; null if nobody asks
 */
public record ProxyHooks(
        Supplier<? extends ChannelHandler> health,
        Supplier<? extends @Nullable ChannelHandler> dress,
        Supplier<? extends @Nullable ChannelHandler> requestLog,
        Supplier<? extends @Nullable ChannelHandler> delivery,
        Supplier<? extends @Nullable ChannelHandler> functions,
        TrafficObserver traffic,
        @Nullable Watcher watcher,
        ProxyLog log) {
    /** Requests go to the user's program, and are neither logged nor watched. */
    public ProxyHooks(
            Supplier<? extends ChannelHandler> health,
            Supplier<? extends @Nullable ChannelHandler> dress,
            Supplier<? extends @Nullable ChannelHandler> delivery,
            TrafficObserver traffic,
            ProxyLog log) {
        this(health, dress, () -> null, delivery, () -> null, traffic, null, log);
    }
}
