package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long the preface, a header block or a control frame may take from its first octet to its last. It is started for what is
 * incomplete when a read is over, and left running when that has come: starting it anew for each would cost more than looking in
 * vain. One per connection; event loop only.
 */
final class Http2FrameClock {
    private final int limitMillis;
    private final Runnable expired;

    /** Counts what has come to its end: frames, and blocks of several frames. */
    private long ended;

    private boolean unfinished = true;
    private long watched = -1;
    private long watchedSince;
    private boolean stopped;
    private @Nullable Future<?> timer;

    Http2FrameClock(int limitMillis, Runnable expired) {
        this.limitMillis = limitMillis;
        this.expired = expired;
    }

    /** A frame or a block has come to its end. */
    void ended() {
        ended++;
    }

    /** Whether the preface and a frame behind it have come. */
    boolean introduced() {
        return ended > 0;
    }

    /**
     * All has been looked at that could be read.
     *
     * @param incomplete something has begun, and is not all there
     */
    void read(ChannelHandlerContext ctx, boolean incomplete) {
        unfinished = incomplete || ended == 0;
        if (unfinished && watched != ended && !stopped) {
            watched = ended;
            watchedSince = ctx.executor().ticker().nanoTime();
            if (timer == null) {
                start(ctx, limitMillis);
            }
        }
    }

    private void start(ChannelHandlerContext ctx, long millis) {
        timer = ctx.executor().schedule(() -> look(ctx), millis, TimeUnit.MILLISECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        timer = null;
        if (!unfinished || watched != ended) {
            return;
        }
        long gone = ctx.executor().ticker().nanoTime() - watchedSince;
        long left = limitMillis - TimeUnit.NANOSECONDS.toMillis(gone);
        if (left > 0) {
            start(ctx, left);
        } else {
            expired.run();
        }
    }

    void stop() {
        stopped = true;
        Future<?> running = timer;
        if (running != null) {
            timer = null;
            running.cancel(false);
        }
    }
}
