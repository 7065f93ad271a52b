package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import org.jspecify.annotations.Nullable;

/** Messages that pass through this process as {@link WireConnection} and {@link ChannelPump} pass bodies on, back-pressure included. Event loop only. */
final class CopiedMessages extends RelayedMessages implements BodyPipe.Owner, ChannelPump.End {
    /** BATON_WINDOW's default. */
    private static final int WINDOW_BYTES = 1 << 20;

    private @Nullable BodyPipe pipe;
    private long left;

    CopiedMessages(EpollSocketChannel source, EpollSocketChannel sink) {
        super(source, sink);
        sink.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                // These messages are no HTTP; the pump's are.
                ctx.write(message instanceof HttpContent content ? content.content() : message, promise);
            }
        });
    }

    @Override
    void begin(long length) {
        left = length;
        BodyPipe body = new BodyPipe(source.eventLoop(), this);
        pipe = body;
        sink.write(headOf(length), sink.voidPromise());
        body.subscribe(new ChannelPump(sink, WINDOW_BYTES, this));
    }

    @Override
    void body(ByteBuf bytes) {
        BodyPipe body = pipe;
        if (body == null) {
            bytes.release();
            return;
        }
        left -= bytes.readableBytes();
        body.offer(bytes);
        if (left == 0) {
            body.complete(EmptyHttpHeaders.INSTANCE);
        } else if (body.queuedBytes() >= WINDOW_BYTES / 2) {
            source.config().setAutoRead(false);
        }
    }

    @Override
    void burst() {}

    @Override
    public void taken() {
        BodyPipe body = pipe;
        if (body != null && body.queuedBytes() <= WINDOW_BYTES / 4) {
            source.config().setAutoRead(true);
        }
    }

    @Override
    void receipt(ByteBuf bytes) {
        pipe = null;
        next();
        source.config().setAutoRead(true);
        source.writeAndFlush(bytes, source.voidPromise());
    }

    @Override
    public void sent(long bytes) {}

    @Override
    public void cancelled() {}

    @Override
    public void sourceFailed(Throwable cause, long bytes) {
        fail(cause);
    }

    @Override
    public void channelFailed(Throwable cause, long bytes) {
        if (pipe != null) {
            fail(cause);
        }
    }
}
