package dev.baton.proxy;

import dev.baton.http.OutputEnd;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;

/**
 * How an upgraded connection ends: each direction for itself, when all that was sent in it has been passed on, and both
 * sockets when both have. Event loop only.
 */
final class Tunnel implements ChannelFutureListener {
    private final Channel front;
    private final Channel back;
    private int ended;

    Tunnel(Channel front, Channel back) {
        this.front = front;
        this.back = back;
    }

    /** Nothing more will be read from this one. */
    void ended(Channel source) {
        Channel sink = source == front ? back : front;
        // Ending the output drops what has not been written yet: so behind the last octet.
        sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture flushed) {
        if (++ended == 2) {
            front.close();
            back.close();
        } else {
            OutputEnd.finish(flushed.channel());
        }
    }
}
