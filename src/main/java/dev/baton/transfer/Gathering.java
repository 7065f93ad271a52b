package dev.baton.transfer;

import dev.baton.wire.BrokenBodyException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Copies a small body into one buffer, so that it leaves in one write and whatever memory is behind it may go at once. */
final class Gathering extends BaseSubscriber<ByteBuf> implements Disposable {
    private final ByteBuf whole;
    private final MonoSink<ByteBuf> sink;

    private Gathering(ByteBuf whole, MonoSink<ByteBuf> sink) {
        this.whole = whole;
        this.sink = sink;
    }

    /** The body as one buffer, which is the subscriber's. Fails when the body does, or is larger than {@code bytes}. */
    static Mono<ByteBuf> of(Flux<ByteBuf> body, ByteBufAllocator alloc, int bytes) {
        return Mono.create(sink -> {
            Gathering gathering = new Gathering(alloc.directBuffer(bytes, Math.max(1, bytes)), sink);
            sink.onCancel(gathering);
            body.subscribe(gathering);
        });
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        requestUnbounded();
    }

    @Override
    protected void hookOnNext(ByteBuf part) {
        try {
            if (part.readableBytes() > whole.maxWritableBytes()) {
                cancel();
                sink.error(new BrokenBodyException("the body is larger than announced"));
            } else {
                whole.writeBytes(part);
            }
        } finally {
            part.release();
        }
    }

    @Override
    protected void hookOnComplete() {
        sink.success(whole);
    }

    @Override
    protected void hookOnError(Throwable cause) {
        whole.release();
        sink.error(cause);
    }

    @Override
    protected void hookOnCancel() {
        whole.release();
    }
}
