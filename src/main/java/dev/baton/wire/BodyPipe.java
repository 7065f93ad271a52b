package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * A body on its way from one channel to whoever asks for it: filled on the channel's event loop, emptied by one subscriber on demand.
 * It holds buffers without limit; the owner watches {@link #queuedBytes} and stops filling.
 *
 * <p>Subscribing, requesting and cancelling: any thread. Everything else, and every signal: event loop only. The subscriber owns
 * the buffers it is given.
 */
public final class BodyPipe extends Flux<ByteBuf> implements Subscription {
    /** The side that fills the pipe. */
    public interface Owner {
        /** The subscriber has taken something, or asked for more. */
        void taken();

        /** The subscriber wants no more; the pipe has let go of all it held and swallows what still comes. */
        void cancelled();
    }

    private final EventExecutor loop;
    private final Owner owner;
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();

    private @Nullable CoreSubscriber<? super ByteBuf> subscriber;
    private @Nullable Throwable failure;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    private long queuedBytes;
    private long passedBytes;
    private long demand;
    private boolean subscribed;
    private boolean ended;
    private boolean closed;
    private boolean draining;
    private boolean starving;
    private long starvingSinceNanos;

    /** @param loop of the channel that fills it */
    public BodyPipe(EventExecutor loop, Owner owner) {
        this.loop = loop;
        this.owner = owner;
    }

    /** Takes the buffer over. */
    public void offer(ByteBuf buffer) {
        int bytes = buffer.readableBytes();
        if (closed || ended || bytes == 0) {
            buffer.release();
            return;
        }
        queue.add(buffer);
        queuedBytes += bytes;
        drain();
    }

    /** The body is whole. */
    public void complete(HttpHeaders trailingFields) {
        if (!ended) {
            trailers = trailingFields;
            ended = true;
            drain();
        }
    }

    /** The body breaks off; what has not been asked for yet is dropped. */
    public void fail(Throwable cause) {
        if (!ended) {
            ended = true;
            failure = cause;
            releaseQueue();
            drain();
        }
    }

    /** Whether no more will be offered. */
    boolean ended() {
        return ended;
    }

    /** Bytes that are there and have not been asked for. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** Bytes that the subscriber was given. */
    long passedBytes() {
        return passedBytes;
    }

    /** For how long the subscriber has been waiting for bytes that do not come; 0 if it has all it asked for. */
    public long starvedNanos() {
        return starving ? System.nanoTime() - starvingSinceNanos : 0;
    }

    /** The trailer fields; known once the body is whole. */
    public HttpHeaders trailers() {
        return trailers;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        OnLoop.run(loop, () -> {
            if (subscribed) {
                Operators.error(actual, new IllegalStateException("a body is read once"));
                return;
            }
            subscribed = true;
            subscriber = actual;
            actual.onSubscribe(this);
            drain();
        });
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            OnLoop.run(loop, () -> {
                demand = Operators.addCap(demand, n);
                drain();
                if (!closed) {
                    owner.taken();
                }
            });
        }
    }

    @Override
    public void cancel() {
        OnLoop.run(loop, this::close);
    }

    private void close() {
        if (!closed) {
            closed = true;
            subscriber = null;
            starving = false;
            releaseQueue();
            owner.cancelled();
        }
    }

    private void drain() {
        CoreSubscriber<? super ByteBuf> to = subscriber;
        if (draining || to == null) {
            return;
        }
        draining = true;
        boolean moved = false;
        ByteBuf buffer;
        while (!closed && demand > 0 && (buffer = queue.poll()) != null) {
            int bytes = buffer.readableBytes();
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            queuedBytes -= bytes;
            passedBytes += bytes;
            moved = true;
            to.onNext(buffer);
        }
        draining = false;
        if (closed) {
            return;
        }
        if (ended && queue.isEmpty()) {
            closed = true;
            subscriber = null;
            starving = false;
            if (failure != null) {
                to.onError(failure);
            } else {
                to.onComplete();
            }
            return;
        }
        boolean waits = demand > 0 && queue.isEmpty();
        if (waits && (moved || !starving)) {
            starvingSinceNanos = System.nanoTime();
        }
        starving = waits;
        if (moved) {
            owner.taken();
        }
    }

    private void releaseQueue() {
        ByteBuf buffer;
        while ((buffer = queue.poll()) != null) {
            buffer.release();
        }
        queuedBytes = 0;
    }
}
