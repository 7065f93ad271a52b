package dev.baton.tls;

import dev.baton.http.OutputEnd;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A listener's connections under TLS: decrypts ahead of the handlers that a plain connection has too. A client that does not
 * finish its handshake in time is disconnected, one that speaks HTTP in clear text is told so. Sharable.
 */
@ChannelHandler.Sharable
public final class TlsFront extends ChannelInitializer<Channel> {
    private final Supplier<ServerTls> current;
    private final long handshakeMillis;
    private final HandshakeFailures failures;
    private final ChannelHandler connection;

    /**
     * Opens nothing.
     *
     * @param current asked for each connection, on its event loop
     * @param connection sharable; sees the connection decrypted
     */
    public TlsFront(
            Supplier<ServerTls> current, Duration handshake, HandshakeFailures failures, ChannelHandler connection) {
        this.current = current;
        this.handshakeMillis = handshake.toMillis();
        this.failures = failures;
        this.connection = connection;
    }

    @Override
    protected void initChannel(Channel channel) {
        SslHandler tls = current.get().handler(channel.alloc());
        tls.setHandshakeTimeoutMillis(handshakeMillis);
        channel.pipeline()
                .addLast(new PlainTextSniffer(failures))
                .addLast(OutputEnd.TLS, tls)
                .addLast(new HandshakeWatch(failures))
                .addLast(connection);
    }
}
