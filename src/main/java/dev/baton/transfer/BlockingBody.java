package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** Reads a body on a thread that may wait, a few buffers ahead of it. */
final class BlockingBody implements CoreSubscriber<ByteBuf> {
    private static final int AHEAD = 4;

    /** For a body that has to be read and is of no interest. */
    static final InProcess.Sink NOWHERE = new InProcess.Sink() {
        @Override
        public void expect(long bytes) {}

        @Override
        public void write(ByteBuffer bytes) {}
    };

    /** What the source has said: a buffer, its end, or why it broke off. */
    private sealed interface Signal {
        record Part(ByteBuf buffer) implements Signal {}

        record End(@Nullable Throwable cause) implements Signal {}
    }

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private volatile @Nullable Subscription source;
    private volatile boolean left;

    private BlockingBody() {}

    /**
     * Writes the whole body to the sink, in order. Gives the number of bytes.
     *
     * @throws InProcess.RefusedCallException if it breaks off
     * @throws RuntimeException what the sink throws
     */
    static long drain(Flux<ByteBuf> body, InProcess.Sink into)
            throws InProcess.RefusedCallException, InterruptedException {
        BlockingBody reader = new BlockingBody();
        boolean ended = false;
        try {
            body.subscribe(reader);
            long bytes = reader.read(into);
            ended = true;
            return bytes;
        } finally {
            if (!ended) {
                reader.leave();
            }
        }
    }

    private long read(InProcess.Sink into) throws InProcess.RefusedCallException, InterruptedException {
        long bytes = 0;
        while (true) {
            switch (signals.take()) {
                case Signal.Part part -> {
                    try {
                        bytes += part.buffer().readableBytes();
                        for (ByteBuffer view : part.buffer().nioBuffers()) {
                            into.write(view);
                        }
                    } finally {
                        part.buffer().release();
                    }
                    Subscription from = source;
                    if (from != null) {
                        from.request(1);
                    }
                }
                case Signal.End end
                when end.cause() == null -> {
                    return bytes;
                }
                case Signal.End end ->
                    throw new InProcess.RefusedCallException(
                            ErrorCode.PRODUCER_UNREACHABLE, "the body broke off after " + bytes + " bytes");
            }
        }
    }

    private void leave() {
        left = true;
        Subscription from = source;
        if (from != null) {
            from.cancel();
        }
        release();
    }

    private void release() {
        for (Signal signal; (signal = signals.poll()) != null; ) {
            if (signal instanceof Signal.Part part) {
                part.buffer().release();
            }
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        subscription.request(AHEAD);
    }

    @Override
    public void onNext(ByteBuf buffer) {
        signals.add(new Signal.Part(buffer));
        if (left) {
            release();
        }
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Signal.End(cause));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal.End(null));
    }
}
