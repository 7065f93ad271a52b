package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message whose length is known and large, counted here and not by the decoder that has read the head, so that a part
 * of it may leave the socket another way. A decoder that owns one asks {@link #begins} after each message, starts afresh if so, and
 * gives {@link #decode} what it reads while the body is {@link #open}. Event loop only.
 */
public final class KnownBody {
    /** Shorter bodies are as cheap to copy: what it takes to set a detour up is as much as a few reads. */
    public static final long WORTHWHILE_BYTES = 256 * 1024;

    /** Another way for the body. */
    public interface Detour {
        /**
         * The connection has been read after all, or has ended. Gives back what has left the socket and gone nowhere yet, in order,
         * and takes no more.
         *
         * @param body what to {@link KnownBody#give} it to
         */
        void handBack(KnownBody body);

        /** Whether it is the sender alone that keeps the body away. */
        boolean starved();
    }

    /** Told how much has left the socket on a detour. */
    public interface Passed {
        void bytes(long count);
    }

    private final Passed passed;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Detour detour;
    private long left;

    /** @param passed for those ahead of the decoder who count as well */
    public KnownBody(Passed passed) {
        this.passed = passed;
    }

    /** The decoder's own context, once it has one. */
    public void in(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext ctx() {
        ChannelHandlerContext there = context;
        if (there == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return there;
    }

    /** Whether the last of what has been decoded is the head of such a message, whose body is counted here from now on. */
    public boolean begins(List<Object> decoded) {
        if (decoded.isEmpty() || !(decoded.getLast() instanceof HttpMessage head) || head instanceof LastHttpContent) {
            return false;
        }
        long length = head.decoderResult().isSuccess() ? HttpUtil.getContentLength(head, -1L) : -1;
        if (length < WORTHWHILE_BYTES || HttpUtil.isTransferEncodingChunked(head)) {
            return false;
        }
        left = length;
        return true;
    }

    /** Whether the body has not ended. */
    public boolean open() {
        return left > 0 || detour != null;
    }

    /** Whether the body is on a detour that waits for its sender. */
    public boolean starved() {
        Detour way = detour;
        return way != null && way.starved();
    }

    /** What is still to leave the socket, in bytes. */
    public long leftBytes() {
        return left;
    }

    /** Takes the ordinary way for what has been read. There may be more in it than the body. */
    public void decode(ByteBuf in, List<Object> out) {
        returned();
        if (left > 0 && in.isReadable()) {
            int part = (int) Math.min(left, in.readableBytes());
            left -= part;
            out.add(new DefaultHttpContent(in.readRetainedSlice(part)));
            if (left == 0) {
                out.add(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        }
    }

    /** From now on the body's bytes leave the socket by this way. */
    public void take(Detour way) {
        detour = way;
    }

    /** So many bytes have left the socket on the detour. */
    public void left(long count) {
        left -= count;
        passed.bytes(count);
    }

    /** So many bytes have reached their goal on the detour. */
    public void arrived(long count) {
        ctx().fireChannelRead(new PassedContent(count));
    }

    /** For the buffers of {@link #give}. */
    public ByteBufAllocator allocator() {
        return ctx().alloc();
    }

    /** Called back from {@link Detour#handBack}: goes on in the ordinary way. */
    public void give(HttpContent content) {
        ctx().fireChannelRead(content);
    }

    /** The detour has moved all there was. */
    public void arrivedWhole() {
        detour = null;
        ctx().fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        ctx().fireChannelReadComplete();
    }

    /** Ends the detour, if there is one: the rest comes in the ordinary way. */
    public void returnToSocket() {
        if (returned()) {
            // Nothing is read from the socket now that would tell the handlers that this was all for the moment.
            ctx().fireChannelReadComplete();
        }
    }

    private boolean returned() {
        Detour ending = detour;
        if (ending == null) {
            return false;
        }
        detour = null;
        ending.handBack(this);
        if (left == 0) {
            ctx().fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return true;
    }
}
