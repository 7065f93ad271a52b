package dev.baton.pull;

import dev.baton.kernel.LinuxException;
import dev.baton.kernel.SealedMemory;
import dev.baton.store.Retrieval;
import dev.baton.wire.BrokenBodyException;
import dev.baton.wire.OnLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The bytes of one retrieval, as views of the store's memory: nothing is copied, and a reader follows a writer that is still at work.
 * The buffers are valid until the retrieval ends, whatever their reference count says; so it is ended by whoever knows that the last
 * write has completed, never by this class.
 *
 * <p>Signals come on the given event loop, requests may come from any thread.
 */
public final class RetrievalBody extends Flux<ByteBuf> implements Subscription, Runnable {
    private static final int CHUNK_BYTES = 256 << 10;

    private final Retrieval retrieval;
    private final EventExecutor loop;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    private @Nullable CoreSubscriber<? super ByteBuf> subscriber;
    private long offset;
    private long demand;
    private boolean over;
    private boolean draining;

    /** @param loop where signals come */
    public RetrievalBody(Retrieval retrieval, EventExecutor loop) {
        this.retrieval = retrieval;
        this.loop = loop;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        OnLoop.run(loop, () -> {
            if (subscriber != null || over) {
                Operators.error(actual, new IllegalStateException("a retrieval is read once"));
                return;
            }
            subscriber = actual;
            actual.onSubscribe(this);
            retrieval.onProgress(this::wake);
            drain();
        });
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
        OnLoop.run(loop, () -> over = true);
    }

    /** On the writer's thread. */
    private void wake() {
        if (scheduled.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        scheduled.set(false);
        drain();
    }

    private void drain() {
        CoreSubscriber<? super ByteBuf> to = subscriber;
        if (draining || over || to == null) {
            return;
        }
        draining = true;
        while (!over) {
            if (retrieval.finished(offset)) {
                over = true;
                to.onComplete();
            } else if (retrieval.failed()) {
                over = true;
                to.onError(new BrokenBodyException("the producer gave up"));
            } else if (demand == 0) {
                break;
            } else {
                ByteBuf next;
                try {
                    next = part();
                } catch (LinuxException e) {
                    over = true;
                    to.onError(new BrokenBodyException("the object's file cannot be read"));
                    break;
                }
                if (next == null) {
                    // Nothing yet; but the end may have come between the question above and this read.
                    if (retrieval.finished(offset) || retrieval.failed()) {
                        continue;
                    }
                    break;
                }
                if (demand != Long.MAX_VALUE) {
                    demand--;
                }
                offset += next.readableBytes();
                to.onNext(next);
            }
        }
        draining = false;
    }

    /** A view of what is there next; of an object in a file, a copy of it. */
    private @Nullable ByteBuf part() {
        SealedMemory file = retrieval.sealed();
        if (file == null) {
            ByteBuffer view = retrieval.read(offset, CHUNK_BYTES);
            return view == null ? null : Unpooled.wrappedBuffer(view);
        }
        // Measured: sendfile of a memfd takes the processor time of this read and the write after it together.
        int bytes = (int) Math.min(CHUNK_BYTES, file.size() - offset);
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(bytes);
        try {
            file.read(offset, copy.internalNioBuffer(0, bytes));
            return copy.writerIndex(bytes);
        } catch (RuntimeException e) {
            copy.release();
            throw e;
        }
    }
}
