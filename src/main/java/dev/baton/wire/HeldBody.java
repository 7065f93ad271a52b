package dev.baton.wire;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;

/**
 * A body that stays with its sender until somebody wants it. Nothing is read before the first demand, so that TCP's flow control
 * reaches back to the sender; then one buffer at a time is asked for. A reader that leaves before it was given a byte leaves the body
 * whole for the next one (a pull that could not be, then the same body inline); one that leaves later has spoilt it.
 *
 * <p>Calls may come from any thread; signals come on the given event loop, which should be the source's.
 */
public final class HeldBody extends Flux<ByteBuf> implements CoreSubscriber<ByteBuf> {
    private final Flux<ByteBuf> source;
    private final EventExecutor loop;
    private final ArrayDeque<ByteBuf> parked = new ArrayDeque<>();

    private @Nullable Subscription upstream;
    private @Nullable Reader reader;
    private @Nullable MonoSink<Boolean> measured;
    private @Nullable Throwable failure;
    private long measureLimitBytes;
    private long parkedBytes;
    private long handedOnBytes;
    private boolean subscribed;
    private boolean asked;
    private boolean ended;
    private boolean closed;
    private boolean draining;
    private boolean again;

    /** @param loop where signals come; the source's own */
    public HeldBody(Flux<ByteBuf> source, EventExecutor loop) {
        this.source = source;
        this.loop = loop;
    }

    /** Reads ahead until the body has ended (true) or has grown beyond the limit (false). At most once, before any reader. */
    public Mono<Boolean> fits(long limitBytes) {
        return Mono.create(sink -> OnLoop.run(loop, () -> {
            measured = sink;
            measureLimitBytes = limitBytes;
            drain();
        }));
    }

    /** Bytes read ahead and not handed on. Event loop only. */
    public long parkedBytes() {
        return parkedBytes;
    }

    /** Bytes that a reader was given. Event loop only. */
    public long handedOnBytes() {
        return handedOnBytes;
    }

    /** Whether no reader has been given a byte, and none is reading. Event loop only. */
    public boolean whole() {
        return handedOnBytes == 0 && reader == null && !closed && failure == null;
    }

    /** Lets go of the source and of all that was read ahead; a reader at work fails. */
    public void close() {
        OnLoop.run(loop, () -> {
            if (closed) {
                return;
            }
            closed = true;
            releaseParked();
            if (upstream != null && !ended) {
                upstream.cancel();
            }
            Reader gone = reader;
            reader = null;
            if (gone != null) {
                gone.actual.onError(new BrokenBodyException("the body was given up"));
            }
        });
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        OnLoop.run(loop, () -> {
            if (closed || reader != null || handedOnBytes > 0) {
                Operators.error(actual, new BrokenBodyException("the body is being read, or has been"));
                return;
            }
            Reader next = new Reader(actual);
            reader = next;
            actual.onSubscribe(next);
            drain();
        });
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        OnLoop.run(loop, () -> {
            if (closed) {
                subscription.cancel();
                return;
            }
            upstream = subscription;
            drain();
        });
    }

    @Override
    public void onNext(ByteBuf buffer) {
        OnLoop.run(loop, () -> {
            asked = false;
            if (closed) {
                buffer.release();
                return;
            }
            parked.add(buffer);
            parkedBytes += buffer.readableBytes();
            drain();
        });
    }

    @Override
    public void onError(Throwable cause) {
        OnLoop.run(loop, () -> {
            ended = true;
            failure = cause;
            releaseParked();
            drain();
        });
    }

    @Override
    public void onComplete() {
        OnLoop.run(loop, () -> {
            ended = true;
            drain();
        });
    }

    private void drain() {
        again = true;
        if (draining) {
            return;
        }
        draining = true;
        while (again && !closed) {
            // What is called here may call back: a reader may ask for more, or come at the moment at which the size is
            // known.
            again = false;
            handOn();
            measure();
        }
        draining = false;
        Reader to = reader;
        boolean wanted = to != null ? to.demand > 0 : measured != null;
        if (wanted && !ended && !closed && !asked && (parked.isEmpty() || measured != null)) {
            ask();
        }
    }

    private void handOn() {
        Reader to;
        ByteBuf buffer;
        while ((to = reader) != null && to.demand > 0 && (buffer = parked.poll()) != null) {
            if (to.demand != Long.MAX_VALUE) {
                to.demand--;
            }
            int bytes = buffer.readableBytes();
            parkedBytes -= bytes;
            handedOnBytes += bytes;
            to.actual.onNext(buffer);
        }
        if (to != null && reader == to && ended && parked.isEmpty()) {
            reader = null;
            closed = true;
            if (failure != null) {
                to.actual.onError(failure);
            } else {
                to.actual.onComplete();
            }
        }
    }

    private void measure() {
        MonoSink<Boolean> sink = measured;
        if (sink != null && (ended || parkedBytes > measureLimitBytes)) {
            measured = null;
            if (failure != null) {
                sink.error(failure);
            } else {
                sink.success(ended);
            }
        }
    }

    private void ask() {
        asked = true;
        if (upstream != null) {
            upstream.request(1);
        } else if (!subscribed) {
            asked = false;
            subscribed = true;
            source.subscribe(this);
        } else {
            // The subscription is on its way; onSubscribe looks again.
            asked = false;
        }
    }

    private void releaseParked() {
        ByteBuf buffer;
        while ((buffer = parked.poll()) != null) {
            buffer.release();
        }
        parkedBytes = 0;
    }

    /** One attempt to read the body. */
    private final class Reader implements Subscription {
        private final CoreSubscriber<? super ByteBuf> actual;
        private long demand;

        Reader(CoreSubscriber<? super ByteBuf> actual) {
            this.actual = actual;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                OnLoop.run(loop, () -> {
                    demand = Operators.addCap(demand, n);
                    drain();
                });
            }
        }

        @Override
        public void cancel() {
            OnLoop.run(loop, () -> {
                if (reader == this) {
                    reader = null;
                    if (handedOnBytes > 0) {
                        close();
                    }
                }
            });
        }
    }
}
