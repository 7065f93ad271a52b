package dev.baton.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * Why a front channel is not being read. Several handlers may hold it back for reasons of their own; {@code autoRead} is on
 * exactly while none does, so that no handler can lift another's back-pressure. Event loop only.
 */
public final class ReadGate {
    /** Who holds the channel back. */
    public enum Reason {
        /** The next hop of the open exchange takes no more request body now. */
        UPSTREAM(1),
        /** The open exchange waits for its turn; its body waits with it. */
        ADMISSION(2),
        /** Requests behind the open exchange have been read already. */
        PIPELINE(4),
        /** The body of the open exchange leaves the socket another way. */
        DETOUR(8);

        private final int bit;

        Reason(int bit) {
            this.bit = bit;
        }
    }

    private static final AttributeKey<ReadGate> KEY = AttributeKey.valueOf(ReadGate.class, "gate");

    private final Channel channel;
    private int held;

    private ReadGate(Channel channel) {
        this.channel = channel;
    }

    /** The channel's own gate, made at the first call. */
    public static ReadGate of(Channel channel) {
        ReadGate gate = channel.attr(KEY).get();
        if (gate == null) {
            gate = new ReadGate(channel);
            channel.attr(KEY).set(gate);
        }
        return gate;
    }

    /** Stops reading, until {@link #release} of the same reason. Idempotent. */
    public void hold(Reason reason) {
        int before = held;
        held |= reason.bit;
        if (before == 0) {
            channel.config().setAutoRead(false);
        }
    }

    /** Takes one reason away; reading goes on when it was the last. Idempotent. */
    public void release(Reason reason) {
        if ((held & reason.bit) == 0) {
            return;
        }
        held &= ~reason.bit;
        if (held == 0) {
            channel.config().setAutoRead(true);
        }
    }

    /** Whether this very reason holds the channel back. A handler that makes request body itself asks for {@link Reason#UPSTREAM}. */
    public boolean held(Reason reason) {
        return (held & reason.bit) != 0;
    }
}
