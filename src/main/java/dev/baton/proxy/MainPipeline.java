package dev.baton.proxy;

import dev.baton.config.Imitation;
import dev.baton.config.ProxySettings;
import dev.baton.config.Timeouts;
import dev.baton.http.Connections;
import dev.baton.http.FramingGuard;
import dev.baton.http.GuardLimits;
import dev.baton.http.Http2Server;
import dev.baton.http.OneAtATime;
import dev.baton.http.PrefaceSniffer;
import dev.baton.http.ServerCodec;
import dev.baton.kernel.Linux;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The main port, handler by handler in the order in which a request meets them, be it one after another on an HTTP/1 connection
 * or each on an HTTP/2 stream of its own. All of a connection's handlers live on its event loop; the breaker and the counters
 * are shared by all loops.
 */
public final class MainPipeline extends ChannelInitializer<Channel> {
    private final ProxySettings settings;
    private final Timeouts timeouts;
    private final ProxyHooks hooks;
    private final GuardLimits limits;
    private final Upstreams upstreams;
    private final @Nullable Splices splices;
    private final @Nullable Breaker breaker;
    private final Connections connections;
    private final RequestShim shim = new RequestShim();
    private final Http2Server http2;

    /**
     * Opens nothing yet.
     *
     * @param user where the user's program listens
     */
    public MainPipeline(ProxySettings settings, Timeouts timeouts, InetSocketAddress user, ProxyHooks hooks) {
        this(settings, timeouts, user, hooks, Linux::running);
    }

    /**
     * Opens nothing yet.
     *
     * @param user where the user's program listens
     * @param kernel asked when the first large body has come
     */
    public MainPipeline(
            ProxySettings settings,
            Timeouts timeouts,
            InetSocketAddress user,
            ProxyHooks hooks,
            Supplier<Linux> kernel) {
        this.settings = settings;
        this.timeouts = timeouts;
        this.hooks = hooks;
        limits = new GuardLimits(
                settings.headBytes(),
                settings.headFields(),
                millis(settings.headTimeout()),
                GuardLimits.DEFAULT.firstByteMillis(),
                settings.bodyRate(),
                millis(settings.bodyWindow()),
                // An answer is given as long to be taken as the program was given to make it.
                Math.max(millis(timeouts.overall()), millis(settings.headTimeout())),
                settings.http2Burst(),
                settings.imitates(Imitation.LENIENT_FRAMING));
        // What the Go sidecar makes of a response takes a look at each of its bytes.
        connections = new Connections(settings.connections());
        splices = settings.splice() && !ImitationHandler.neededFor(settings) ? new Splices(kernel) : null;
        upstreams = new Upstreams(
                user,
                settings.idleUpstreamConnections(),
                settings.headBytes(),
                settings.imitates(Imitation.STALE_CONNECTIONS),
                settings.imitates(Imitation.LENIENT_FRAMING),
                splices);
        http2 = new Http2Server(limits, (stream, http1) -> addExchange(stream, !http1));
        breaker = settings.containerConcurrency() > 0
                ? new Breaker(
                        settings.containerConcurrency(),
                        settings.queueDepth(),
                        settings.imitates(Imitation.UNORDERED_QUEUE))
                : null;
    }

    private static int millis(Duration duration) {
        return (int) Math.min(duration.toMillis(), Integer.MAX_VALUE);
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new PrefaceSniffer(this::speakHttp1, http2::install));
        pipeline.addLast(new FramingGuard(limits));
    }

    private void speakHttp1(ChannelPipeline pipeline) {
        FramingGuard guard = pipeline.get(FramingGuard.class);
        pipeline.addLast(new ServerCodec(guard), new OneAtATime(guard, http2));
        addExchange(pipeline, false);
    }

    /** What one exchange after the other passes, or the one exchange of a stream. */
    private void addExchange(ChannelPipeline pipeline, boolean http2Stream) {
        Watcher watcher = hooks.watcher();
        addIfGiven(pipeline, hooks.dress().get());
        Watcher.Handlers watch = watcher == null ? null : watcher.handlers(breaker == null ? null : breaker::inFlight);
        if (watch != null) {
            pipeline.addLast(watch.whole());
        }
        addIfGiven(pipeline, hooks.requestLog().get());
        pipeline.addLast(hooks.health().get());
        pipeline.addLast(new ErrorCauses(settings.explainErrors(), hooks.log()));
        pipeline.addLast(new TimeoutHandler(settings, timeouts, hooks.log()));
        pipeline.addLast(shim);
        if (watch != null) {
            addIfGiven(pipeline, watch.proxied());
        }
        pipeline.addLast(new TrafficHandler(hooks.traffic()));
        if (breaker != null) {
            pipeline.addLast(new BreakerHandler(breaker));
        }
        if (watch != null) {
            pipeline.addLast(watch.running());
        }
        if (ImitationHandler.neededFor(settings)) {
            pipeline.addLast(new ImitationHandler(settings, http2Stream));
        }
        addIfGiven(pipeline, hooks.delivery().get());
        ChannelHandler functions = hooks.functions().get();
        if (watch != null && functions == null) {
            pipeline.addLast(watch.upstream());
        }
        pipeline.addLast(functions != null ? functions : new Forwarder(upstreams, http2Stream, hooks.log()));
    }

    private static void addIfGiven(ChannelPipeline pipeline, @Nullable ChannelHandler handler) {
        if (handler != null) {
            pipeline.addLast(handler);
        }
    }

    /** The accepted connections, for the shutdown. */
    public Connections connections() {
        return connections;
    }

    /** The container's breaker, for its figures; null when its concurrency is unlimited. */
    public @Nullable Breaker breaker() {
        return breaker;
    }

    /** Connections to the user's program that are open, idle ones included. */
    public int upstreamConnections() {
        return upstreams.open();
    }

    /** Connections to the user's program that wait for a request. */
    public int idleUpstreamConnections() {
        return upstreams.idle();
    }

    /** Bytes of large bodies that the kernel has moved from socket to socket. */
    public long splicedBytes() {
        return splices == null ? 0 : splices.bytes();
    }

    /** Large bodies that were to go that way and could not. */
    public long spliceFallbacks() {
        return splices == null ? 0 : splices.fallbacks();
    }

    /** Connections that have been upgraded, and are tunnels now. Each is one of {@link #connections} too. */
    public int tunnels() {
        return upstreams.tunnels();
    }
}
