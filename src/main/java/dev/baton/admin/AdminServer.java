package dev.baton.admin;

import dev.baton.http.EventLoops;
import dev.baton.http.GuardLimits;
import dev.baton.http.Loopback;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The listener of port 8022, open before the control plane is. */
public final class AdminServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final DisposableServer server;

    private AdminServer(DisposableServer server) {
        this.server = server;
    }

    /**
     * Binds and serves. Blocks until the socket listens.
     *
     * @param lenient whether what is ambiguous in a request is read as the Go sidecar reads it
     * @throws BindException if the address cannot be had
     */
    public static AdminServer open(EventLoops loops, InetSocketAddress address, AdminRoutes routes, boolean lenient)
            throws BindException {
        // An upload may pause as long as its function likes.
        GuardLimits limits = GuardLimits.DEFAULT.unpaced(lenient);
        try {
            return new AdminServer(HttpServer.create()
                    .runOn(new SharedLoops(loops))
                    .bindAddress(() -> address)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .doOnChannelInit((observer, channel, remote) -> guard(channel, new AdminGate(routes), limits))
                    .handle((request, response) -> inTurn(request, response, routes))
                    .bindNow());
        } catch (ChannelBindException e) {
            var failure = new BindException("cannot listen on " + address + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    /** Reactor Netty's own codec goes: the request plane's reads more strictly, and one request after the other. */
    private static void guard(Channel channel, AdminGate gate, GuardLimits limits) {
        Loopback.unpaced(channel);
        channel.pipeline().remove(NettyPipeline.HttpCodec);
        gate.installFirst(channel.pipeline(), limits);
        channel.config().setAutoRead(true);
    }

    /**
     * Runs the handler as a task of its own on the connection's loop. Called within the read, a handler that answers at once
     * leaves a connection unread for ever when its request had to wait for the end of the one before it (seen in Reactor
     * Netty 1.3.7; its issue 4361).
     */
    private static Mono<Void> inTurn(
            HttpServerRequest request,
            HttpServerResponse response,
            BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler) {
        Mono<Void> turn = Mono.create(sink -> request.withConnection(
                connection -> connection.channel().eventLoop().execute(sink::success)));
        return turn.then(Mono.defer(() -> Mono.from(handler.apply(request, response))));
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /** Stops listening; connections that have been accepted go on. Any thread. */
    public void stopListening() {
        server.channel().close();
    }

    /** Closes the listener and its connections. Blocks at most two seconds; never call it from an event loop. */
    @Override
    public void close() {
        server.disposeNow(CLOSE_PATIENCE);
    }
}
