package dev.baton.wire;

import dev.baton.wire.Relays.Move;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Messages that a relay thread moves, in the steps of {@link Splice}: what came together with the head is written on the event loop, then
 * the source leaves the loop, the rest is moved, and the source comes back. Event loop only.
 */
final class MovedMessages extends RelayedMessages {
    private final Relays relays;
    private final boolean splicing;

    private long left;
    private boolean moving;
    private @Nullable ByteBuf receipt;

    /** @param splicing whether a body that was not spliced is a fault */
    MovedMessages(EpollSocketChannel source, EpollSocketChannel sink, Relays relays, boolean splicing) {
        super(source, sink);
        this.relays = relays;
        this.splicing = splicing;
    }

    @Override
    void begin(long length) {
        left = length;
        source.config().setAutoRead(false);
        moving = true;
        sink.write(headOf(length), sink.voidPromise());
    }

    @Override
    void body(ByteBuf bytes) {
        left -= bytes.readableBytes();
        sink.write(bytes, sink.voidPromise());
    }

    @Override
    void burst() {
        if (left == 0) {
            sink.flush();
            moved();
            return;
        }
        // Everything before must be in the kernel's hands, or bytes would overtake each other.
        sink.writeAndFlush(sink.alloc().buffer(0)).addListener(written -> {
            Move move = written.isSuccess()
                    ? relays.prepare(source.fd().intValue(), sink.fd().intValue(), left)
                    : null;
            if (move == null) {
                fail(new IllegalStateException("nothing to move it with", written.cause()));
                return;
            }
            source.deregister().addListener(done -> relays.start(move, source.eventLoop(), this::moved));
        });
    }

    private void moved(SocketRelay.Outcome outcome) {
        if (outcome.end() != SocketRelay.End.WHOLE || outcome.spliced() != splicing) {
            fail(new IllegalStateException(outcome.toString()));
            return;
        }
        left = 0;
        Channel back = source;
        sink.eventLoop().register(back).addListener(done -> moved());
    }

    private void moved() {
        moving = false;
        next();
        source.config().setAutoRead(true);
        ByteBuf early = receipt;
        receipt = null;
        if (early != null) {
            source.writeAndFlush(early, source.voidPromise());
        }
    }

    @Override
    void receipt(ByteBuf bytes) {
        if (moving) {
            receipt = bytes;
        } else {
            source.writeAndFlush(bytes, source.voidPromise());
        }
    }
}
