package dev.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;

/**
 * Body that has gone from socket to socket inside the kernel: a part of a message that holds no bytes, only their number. It passes
 * the handlers as the bytes would have, so that whoever counts or times a body sees its progress.
 */
public final class PassedContent extends DefaultHttpContent {
    private final long bytes;

    PassedContent(long bytes) {
        super(Unpooled.EMPTY_BUFFER);
        this.bytes = bytes;
    }

    /** How much of a body this part is, in bytes, wherever they went. */
    public static long bytes(HttpContent content) {
        return content instanceof PassedContent passed
                ? passed.bytes
                : content.content().readableBytes();
    }
}
