package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * Writes a body into a channel as HTTP content, at the pace at which the kernel takes it: never more than a window of bytes (and one
 * buffer) is on its way, however slow the peer is. The message's head must have been written before, its end is the owner's.
 *
 * <p>It ends when the last write has completed, so that memory behind the buffers may be reused from then on. Signals may come on any
 * thread; the rest happens on the channel's event loop.
 */
public final class ChannelPump implements CoreSubscriber<ByteBuf>, ChannelFutureListener {
    /** Told once, on the channel's event loop. */
    public interface End {
        /** The whole body is written. */
        void sent(long bytes);

        /** The body broke off at its source. */
        void sourceFailed(Throwable cause, long bytes);

        /** The channel takes nothing any more; the source has been cancelled. */
        void channelFailed(Throwable cause, long bytes);
    }

    private final Channel channel;
    private final EventLoop loop;
    private final int windowBytes;
    private final End end;

    private final @Nullable Splice splice;

    private @Nullable Subscription source;
    private long inFlightBytes;
    private long sentBytes;
    private long lastProgressNanos = System.nanoTime();
    private boolean asked;
    private boolean splicing;
    private boolean flushDue;
    private boolean completed;
    private boolean over;

    /** @param windowBytes handed to the channel and not taken by its peer yet, at most */
    public ChannelPump(Channel channel, int windowBytes, End end) {
        this(channel, windowBytes, null, end);
    }

    /** @param splice the kernel's way for most of the body, if there is one; the channel then speaks plain HTTP/1.1 */
    public ChannelPump(Channel channel, int windowBytes, @Nullable Splice splice, End end) {
        this.splice = splice;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.windowBytes = windowBytes;
        this.end = end;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        OnLoop.run(loop, () -> {
            if (over) {
                subscription.cancel();
                return;
            }
            source = subscription;
            channel.closeFuture().addListener(this);
            if (splice != null) {
                // What came together with the head is taken first: it is there when this burst of reads is over.
                splicing = true;
                splice.hold();
                loop.execute(this::ask);
            } else {
                ask();
            }
        });
    }

    @Override
    public void onNext(ByteBuf buffer) {
        OnLoop.run(loop, () -> write(buffer));
    }

    @Override
    public void onError(Throwable cause) {
        OnLoop.run(loop, () -> {
            if (finish()) {
                end.sourceFailed(cause, sentBytes());
            }
        });
    }

    @Override
    public void onComplete() {
        OnLoop.run(loop, () -> {
            completed = true;
            flush();
            finishIfWritten();
        });
    }

    /** Lets go of the source; nothing is told any more. Any thread. */
    void cancel() {
        OnLoop.run(loop, () -> {
            if (finish() && source != null) {
                source.cancel();
            }
        });
    }

    /** How long bytes have been waiting for the peer without any being taken; 0 if none wait. Event loop only. */
    public long stalledNanos() {
        return inFlightBytes == 0 ? 0 : System.nanoTime() - lastProgressNanos;
    }

    private void write(ByteBuf buffer) {
        asked = false;
        if (over) {
            buffer.release();
            return;
        }
        int bytes = buffer.readableBytes();
        if (bytes == 0) {
            buffer.release();
            ask();
            return;
        }
        if (inFlightBytes == 0) {
            lastProgressNanos = System.nanoTime();
        }
        inFlightBytes += bytes;
        channel.write(new DefaultHttpContent(buffer)).addListener((ChannelFuture done) -> written(done, bytes));
        if (inFlightBytes >= windowBytes) {
            flush();
        } else if (!flushDue) {
            // After everything that this burst brings: one system call for all of it.
            flushDue = true;
            loop.execute(this::flush);
        }
        ask();
    }

    private void flush() {
        flushDue = false;
        if (!over) {
            channel.flush();
        }
    }

    private void written(ChannelFuture done, int bytes) {
        if (!done.isSuccess()) {
            channelGone(done.cause());
            return;
        }
        inFlightBytes -= bytes;
        sentBytes += bytes;
        lastProgressNanos = System.nanoTime();
        if (!finishIfWritten()) {
            ask();
        }
    }

    private void ask() {
        Subscription from = source;
        if (over || completed || asked || from == null) {
            return;
        }
        if (splicing && splice != null && !splice.buffered()) {
            // Everything before must be in the kernel's hands, or bytes would overtake each other.
            if (inFlightBytes == 0) {
                splicing = splice.moveTo(channel);
                asked = splicing;
                if (!splicing) {
                    ask();
                }
            }
        } else if (inFlightBytes < windowBytes) {
            asked = true;
            from.request(1);
        }
    }

    /** Bytes of the body that the channel's socket has taken. Event loop only. */
    public long sentBytes() {
        return splice == null ? sentBytes : sentBytes + splice.movedBytes();
    }

    private boolean finishIfWritten() {
        if (completed && inFlightBytes == 0 && finish()) {
            end.sent(sentBytes());
            return true;
        }
        return false;
    }

    /** The channel has closed. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        channelGone(new ClosedChannelException());
    }

    private void channelGone(Throwable cause) {
        if (finish()) {
            if (source != null) {
                source.cancel();
            }
            end.channelFailed(cause, sentBytes());
        }
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        channel.closeFuture().removeListener(this);
        return true;
    }
}
