package dev.baton.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Connections that do not leave the pod: to the user's program, and from proxies that stand beside it. There is no congestion between
 * two ends of one kernel. Where the node's congestion control paces what it sends, as BBR does, each segment would still wait for a
 * timer: a third of the processor time of a large body. Reno does not pace, and tcp(7) lets every process choose it.
 */
public final class Loopback {
    /** From {@code netinet/tcp.h}. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_CONGESTION = 13;
    private static final ByteBuffer RENO = ByteBuffer.wrap("reno".getBytes(StandardCharsets.US_ASCII));
    private static final RawUnixChannelOption CONGESTION =
            new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, RENO.remaining());

    private static volatile boolean refused;

    private Loopback() {}

    /** To be called once for each connected channel of the epoll transport; one whose peer is elsewhere stays as it is. Any thread. */
    public static void unpaced(Channel channel) {
        if (!refused
                && channel.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress()) {
            try {
                channel.config().setOption(CONGESTION, RENO.duplicate());
            } catch (ChannelException refusal) {
                // The peer has closed already, or the system does not allow it: it works without, only slower.
                refused = channel.isActive();
            }
        }
    }
}
