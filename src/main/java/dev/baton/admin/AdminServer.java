package dev.baton.admin;

import dev.baton.http.EventLoops;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The listener of port 8022, open before the control plane is. */
public final class AdminServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final Duration IDLE_MAX = Duration.ofMinutes(2);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final DisposableServer server;

    private AdminServer(DisposableServer server) {
        this.server = server;
    }

    /**
     * Binds and serves. Blocks until the socket listens.
     *
     * @throws BindException if the address cannot be had
     */
    public static AdminServer open(
            EventLoops loops,
            InetSocketAddress address,
            BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler)
            throws BindException {
        try {
            return new AdminServer(HttpServer.create()
                    .runOn(new SharedLoops(loops))
                    .bindAddress(() -> address)
                    .option(io.netty.channel.ChannelOption.SO_BACKLOG, BACKLOG)
                    .idleTimeout(IDLE_MAX)
                    .handle(handler)
                    .bindNow());
        } catch (ChannelBindException e) {
            var failure = new BindException("cannot listen on " + address + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
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
