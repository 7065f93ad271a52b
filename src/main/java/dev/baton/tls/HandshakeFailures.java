package dev.baton.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says in words, as Go's net/http server does, why handshakes have failed. One line a second at most, which tells how many
 * others there were: anybody can fail. Any thread.
 */
public final class HandshakeFailures {
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final LongSupplier nanoTime;
    private final Consumer<String> out;

    private boolean said;
    private long saidAt;
    private long unsaid;

    /** @param out takes one line at a time; must not block */
    public HandshakeFailures(LongSupplier nanoTime, Consumer<String> out) {
        this.nanoTime = nanoTime;
        this.out = out;
    }

    void add(SocketAddress remote, Throwable cause) {
        add(remote, inWords(cause));
    }

    void add(SocketAddress remote, String reason) {
        long others;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (said && now - saidAt < PAUSE_NANOS) {
                unsaid++;
                return;
            }
            said = true;
            saidAt = now;
            others = unsaid;
            unsaid = 0;
        }
        String client = remote instanceof InetSocketAddress tcp ? NetUtil.toSocketAddressString(tcp) : "?";
        out.accept("http: TLS handshake error from " + client + ": " + reason
                + (others > 0 ? " (and " + others + " others before)" : ""));
    }

    /** What a client has sent in clear text is nothing for a log. */
    private static String inWords(Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return "EOF";
        }
        if (cause instanceof NotSslRecordException) {
            return "tls: first record does not look like a TLS handshake";
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return "i/o timeout";
        }
        return String.valueOf(cause.getMessage());
    }
}
