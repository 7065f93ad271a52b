package dev.baton.transfer;

import dev.baton.wire.WireClient;
import dev.baton.wire.WireConnection;
import dev.baton.wire.WireExchange;
import dev.baton.wire.WireFailure;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way to the targets of invocations: names are resolved without blocking, addresses judged, requests sent over kept connections. */
final class Ingress implements AutoCloseable {
    private final WireClient wire;
    private final TargetGuard guard;
    /** Made at the first name: a pod that only puts and gets needs no resolver. Guarded by this. */
    private @Nullable AddressResolverGroup<InetSocketAddress> resolvers;

    Ingress(WireClient wire, TargetGuard guard) {
        this.wire = wire;
        this.guard = guard;
    }

    /** On the loop only, as is the answer. Nothing is sent twice. */
    void send(EventLoop loop, Target target, WireExchange exchange) {
        InetAddress literal = literal(target.host());
        if (literal != null) {
            sendTo(loop, target, List.of(new InetSocketAddress(literal, target.port())), exchange);
            return;
        }
        resolvers()
                .getResolver(loop)
                .resolveAll(InetSocketAddress.createUnresolved(target.host(), target.port()))
                .addListener((Future<List<InetSocketAddress>> resolved) -> {
                    if (resolved.isSuccess()) {
                        sendTo(loop, target, resolved.getNow(), exchange);
                    } else {
                        exchange.answer().failed(new WireFailure(WireFailure.Kind.UNKNOWN_HOST, true));
                    }
                });
    }

    /** The address that was judged is the one that is called: a name cannot change its meaning in between. */
    private void sendTo(EventLoop loop, Target target, List<InetSocketAddress> addresses, WireExchange exchange) {
        if (!exchange.answer().wanted()) {
            return;
        }
        for (InetSocketAddress address : addresses) {
            if (guard.allows(target.host(), address)) {
                WireConnection kept = wire.idle(loop, address);
                if (kept != null) {
                    kept.start(exchange);
                } else {
                    wire.connect(loop, address, exchange);
                }
                return;
            }
        }
        exchange.answer().failed(new WireFailure(WireFailure.Kind.FORBIDDEN, true));
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private synchronized AddressResolverGroup<InetSocketAddress> resolvers() {
        AddressResolverGroup<InetSocketAddress> made = resolvers;
        if (made == null) {
            made = new DnsAddressResolverGroup(
                    new DnsNameResolverBuilder().datagramChannelType(EpollDatagramChannel.class));
            resolvers = made;
        }
        return made;
    }

    @Override
    public synchronized void close() {
        if (resolvers != null) {
            resolvers.close();
        }
    }
}
