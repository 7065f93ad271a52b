package dev.baton.admin;

import dev.baton.http.EventLoops;
import dev.baton.http.Loopback;
import dev.baton.http.NextRequestTimeout;
import dev.baton.transfer.UploadGuard;
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
import reactor.netty.http.server.HttpRequestDecoderSpec;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The listener of port 8022, open before the control plane is. */
public final class AdminServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int HEAD_BYTES_MAX = 64 << 10;
    /** As much as one read brings: bodies are not cut into smaller pieces than they come in. */
    private static final int READ_BYTES_MAX = 64 << 10;

    private static final Duration NEXT_REQUEST = Duration.ofMinutes(1);
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
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .httpRequestDecoder(AdminServer::decoding)
                    .doOnChannelInit((observer, channel, remote) -> guard(channel))
                    .handle((request, response) -> inTurn(request, response, handler))
                    .bindNow());
        } catch (ChannelBindException e) {
            var failure = new BindException("cannot listen on " + address + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private static void guard(Channel channel) {
        Loopback.unpaced(channel);
        UploadGuard.install(channel);
        channel.pipeline()
                .addAfter(NettyPipeline.HttpCodec, "baton.nextRequestTimeout", new NextRequestTimeout(NEXT_REQUEST));
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

    /** Deprecated because Netty may once do without; until then bodies would be cut into pieces of 8 KiB. */
    @SuppressWarnings("deprecation")
    private static HttpRequestDecoderSpec decoding(HttpRequestDecoderSpec decoder) {
        return decoder.maxHeaderSize(HEAD_BYTES_MAX)
                .maxInitialLineLength(HEAD_BYTES_MAX)
                .maxChunkSize(READ_BYTES_MAX);
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
