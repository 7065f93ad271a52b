package dev.baton.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.AttributeKey;

/**
 * Holds an answer back for another reason than the client's pace. Whoever makes the answer asks {@link #open} where it would ask
 * for the channel's writability, and hears of a change as of one of that. A stream of HTTP/2 has no outbound buffer whose
 * writability could be set, so that the word is kept beside it. Event loop only.
 */
public final class AnswerGate {
    private static final AttributeKey<Boolean> HELD = AttributeKey.valueOf(AnswerGate.class, "held");
    private static final int BIT = 1;

    private AnswerGate() {}

    /** Whether more of the answer may be written now. */
    public static boolean open(Channel channel) {
        return channel.isWritable() && !Boolean.TRUE.equals(channel.attr(HELD).get());
    }

    /**
     * Holds back, or no longer, what the handlers below write. Idempotent.
     *
     * @param ctx a handler's that is above those
     */
    public static void hold(ChannelHandlerContext ctx, boolean on) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (buffer != null) {
            buffer.setUserDefinedWritability(BIT, !on);
        } else {
            ctx.channel().attr(HELD).set(on);
            ctx.fireChannelWritabilityChanged();
        }
    }
}
