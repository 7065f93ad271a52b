package dev.baton.pull;

import dev.baton.reference.Reference;
import dev.baton.wire.Relays;
import dev.baton.wire.WireClient;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Fetches what a reference names: out of this pod, or from the pull port of another one. */
public final class PullClient {
    /** Who this sidecar is to others: what it seals into its references. */
    public record Self(InetSocketAddress address, long epoch) {
        public boolean holds(Reference reference) {
            return reference.port() == address.getPort() && reference.address().equals(address.getAddress());
        }
    }

    private final Self self;
    private final Claims claims;
    private final WireClient wire;
    private final Peers peers = new Peers();
    private final Predicate<InetSocketAddress> guard;
    private final PullLimits limits;
    private final PullStats stats;
    private final Relays relays;

    /** @param guard says whether an address out of a reference may be connected to */
    public PullClient(
            Self self,
            Claims claims,
            WireClient wire,
            Predicate<InetSocketAddress> guard,
            PullLimits limits,
            PullStats stats,
            Relays relays) {
        this.self = self;
        this.claims = claims;
        this.wire = wire;
        this.guard = guard;
        this.limits = limits;
        this.stats = stats;
        this.relays = relays;
    }

    /**
     * Asks for the object. Event loop only; the answer comes once, on the same loop, and may come before this method returns.
     *
     * @return gives up waiting when run: nothing is answered any more, and what arrives is abandoned. On the loop only
     */
    public Runnable pull(Reference reference, EventLoop loop, Consumer<Pull> answer) {
        if (self.holds(reference)) {
            return own(reference, loop, answer);
        }
        InetSocketAddress address = new InetSocketAddress(reference.address(), reference.port());
        if (!guard.test(address)) {
            // Whoever sealed it holds the key: no forgery, but not a place that this sidecar goes to.
            answer.accept(Pull.Unreachable.INSTANCE);
            return () -> {};
        }
        Peer peer = peers.at(address);
        Pull refused = peer == null ? null : refusal(peer.enter());
        if (refused != null) {
            answer.accept(refused);
            return () -> {};
        }
        PullAttempt attempt = new PullAttempt(reference, address, peer, loop, wire, limits, stats, relays, answer);
        attempt.start();
        return attempt::giveUp;
    }

    /** Other sidecars that are known at the moment. Any thread. */
    public int peers() {
        return peers.size();
    }

    /** Forgets those that have not been asked for long; to be called about once a minute. Any thread. */
    public void sweep() {
        peers.sweep();
    }

    private static @Nullable Pull refusal(Peer.Entry entry) {
        return switch (entry) {
            case ADMITTED -> null;
            case FULL -> Pull.Busy.INSTANCE;
            case TRIPPED -> Pull.Unreachable.INSTANCE;
        };
    }

    private Runnable own(Reference reference, EventLoop loop, Consumer<Pull> answer) {
        if (reference.epoch() != self.epoch()) {
            answer.accept(Pull.Gone.INSTANCE);
            return () -> {};
        }
        boolean[] unwanted = new boolean[1];
        claims.claim(reference.object(), reference.capability(), loop, claim -> {
            if (unwanted[0]) {
                if (claim instanceof Claim.Granted granted) {
                    granted.outgoing().giveBack();
                }
                return;
            }
            answer.accept(
                    switch (claim) {
                        case Claim.Granted granted -> local(granted.outgoing());
                        case Claim.Busy busy -> Pull.Busy.INSTANCE;
                        case Claim.Gone gone -> Pull.Gone.INSTANCE;
                        case Claim.Unknown unknown -> Pull.NotFound.INSTANCE;
                    });
        });
        return () -> unwanted[0] = true;
    }

    private static Pull local(Outgoing outgoing) {
        return new Pull.Bytes(
                outgoing.size(),
                outgoing.contentType(),
                outgoing.digest(),
                DataPath.MEMORY,
                outgoing.body(),
                null,
                new Pull.Ending() {
                    @Override
                    public void acknowledge() {
                        outgoing.commit();
                    }

                    @Override
                    public void abandon() {
                        outgoing.giveBack();
                    }
                });
    }
}
