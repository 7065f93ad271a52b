package dev.baton.probe;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The address of a probe's host. An address is at hand; a name is looked up elsewhere, because that blocks. */
final class HostLookup {
    /** Takes the address, or null and why there is none. Called on the event loop. */
    interface Found {
        void found(@Nullable InetSocketAddress address, @Nullable String failure);
    }

    private final String host;
    private final @Nullable InetAddress literal;

    HostLookup(String host) {
        this.host = host;
        literal = host.equals("localhost") ? NetUtil.LOCALHOST4 : NetUtil.createInetAddressFromIpAddressString(host);
    }

    void find(EventLoop loop, int port, Found found) {
        if (literal != null) {
            found.found(new InetSocketAddress(literal, port), null);
            return;
        }
        Thread.ofVirtual().name("probe-lookup").start(() -> {
            try {
                InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
                loop.execute(() -> found.found(address, null));
            } catch (UnknownHostException e) {
                loop.execute(() -> found.found(null, "lookup " + host + ": no such host"));
            }
        });
    }
}
