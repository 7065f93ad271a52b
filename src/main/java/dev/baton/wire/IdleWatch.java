package dev.baton.wire;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Ends a transfer that stands still: asks now and then for how long it has, instead of arming a timer at every byte. Event loop only. */
public final class IdleWatch implements Runnable {
    private final EventLoop loop;
    private final long limitNanos;
    private final LongSupplier stalledNanos;
    private final Runnable tooLong;
    private @Nullable ScheduledFuture<?> next;

    /**
     * @param stalledNanos for how long the other side has owed a byte; 0 if it owes none
     * @param tooLong run once, after which the watch is over
     */
    public IdleWatch(EventLoop loop, Duration limit, LongSupplier stalledNanos, Runnable tooLong) {
        this.loop = loop;
        this.limitNanos = limit.toNanos();
        this.stalledNanos = stalledNanos;
        this.tooLong = tooLong;
        next = loop.schedule(this, limitNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
        if (next == null) {
            return;
        }
        long leftNanos = limitNanos - stalledNanos.getAsLong();
        if (leftNanos > 0) {
            next = loop.schedule(this, leftNanos, TimeUnit.NANOSECONDS);
        } else {
            next = null;
            tooLong.run();
        }
    }

    /** Idempotent. */
    public void stop() {
        ScheduledFuture<?> due = next;
        next = null;
        if (due != null) {
            due.cancel(false);
        }
    }
}
