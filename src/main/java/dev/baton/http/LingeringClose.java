package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose client may still send (RFC 9112 section 9.6): closing a socket that has unread octets resets it, and the
 * reset overtakes the answer; so the output ends, what comes is read for a while by whoever throws it away, and then it closes.
 */
public final class LingeringClose {
    private static final int LINGER_MILLIS = 1_000;

    private LingeringClose() {}

    /**
     * Begins it, behind what has been written. Event loop only.
     *
     * @return what closes the connection in the end; to be cancelled if it has closed before
     */
    public static Future<?> begin(ChannelHandlerContext ctx) {
        OutputEnd.finish(ctx.channel());
        return ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
}
