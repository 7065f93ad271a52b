package dev.baton.transfer;

import dev.baton.kernel.LinuxException;
import dev.baton.pull.ErrorCode;
import dev.baton.store.ObjectGoneException;
import dev.baton.store.ObjectTooLargeException;
import dev.baton.store.StoreFullException;
import dev.baton.store.Upload;
import dev.baton.wire.BrokenBodyException;
import dev.baton.wire.IdleWatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.MonoSink;

/** Writes one body into one upload, buffer by buffer; a body of unknown size waits for room as it grows. Event loop only. */
final class Filling implements CoreSubscriber<ByteBuf> {
    private final Upload upload;
    private final Flux<ByteBuf> body;
    private final EventLoop loop;
    private final Duration wait;
    private final MonoSink<Void> sink;
    private final IdleWatch watch;

    private @Nullable Subscription source;
    private @Nullable ByteBuf waiting;
    private @Nullable CompletableFuture<Void> room;
    private @Nullable ScheduledFuture<?> deadline;
    private long quietSinceNanos = System.nanoTime();
    private boolean bodyEnded;
    private boolean over;

    Filling(Upload upload, Flux<ByteBuf> body, EventLoop loop, Duration wait, Duration idle, MonoSink<Void> sink) {
        this.upload = upload;
        this.body = body;
        this.loop = loop;
        this.wait = wait;
        this.sink = sink;
        watch = new IdleWatch(
                loop,
                idle,
                () -> room != null ? 0 : System.nanoTime() - quietSinceNanos,
                () -> fail(new RefusedException(ErrorCode.TIMEOUT, "no byte of the body came for too long")));
    }

    void start() {
        sink.onCancel(() -> fail(new BrokenBodyException("the sender has left")));
        body.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (over) {
            subscription.cancel();
            return;
        }
        source = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(ByteBuf buffer) {
        quietSinceNanos = System.nanoTime();
        if (over) {
            buffer.release();
            return;
        }
        try {
            CompletableFuture<Void> enough = upload.ensure(buffer.readableBytes());
            if (enough.isDone()) {
                enough.join();
                write(buffer);
            } else {
                awaitRoom(buffer, enough);
            }
        } catch (RuntimeException e) {
            buffer.release();
            fail(explained(e));
        }
    }

    private void write(ByteBuf buffer) {
        for (ByteBuffer part : buffer.nioBuffers()) {
            upload.write(part);
        }
        buffer.release();
        if (source != null) {
            source.request(1);
        }
    }

    private void awaitRoom(ByteBuf buffer, CompletableFuture<Void> enough) {
        waiting = buffer;
        room = enough;
        deadline = loop.schedule(
                () -> fail(new RefusedException(ErrorCode.STORE_FULL, "no room in time for the rest of the body")),
                wait.toNanos(),
                TimeUnit.NANOSECONDS);
        enough.whenComplete((nothing, failed) -> loop.execute(() -> roomMade(enough)));
    }

    private void roomMade(CompletableFuture<Void> enough) {
        ByteBuf buffer = waiting;
        if (over || buffer == null) {
            return;
        }
        waiting = null;
        room = null;
        quietSinceNanos = System.nanoTime();
        if (deadline != null) {
            deadline.cancel(false);
        }
        try {
            enough.join();
            write(buffer);
        } catch (RuntimeException e) {
            buffer.release();
            fail(explained(e));
        }
        if (bodyEnded) {
            onComplete();
        }
    }

    @Override
    public void onError(Throwable cause) {
        fail(cause);
    }

    @Override
    public void onComplete() {
        bodyEnded = true;
        if (over || waiting != null) {
            return;
        }
        try {
            upload.complete();
            over = true;
            watch.stop();
            sink.success();
        } catch (RuntimeException e) {
            fail(explained(e));
        }
    }

    private void fail(Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        watch.stop();
        if (source != null) {
            source.cancel();
        }
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (room != null) {
            room.cancel(false);
        }
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        upload.abort();
        sink.error(cause);
    }

    private static RuntimeException explained(RuntimeException cause) {
        Throwable root = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        return switch (root) {
            case ObjectTooLargeException tooLarge ->
                new RefusedException(
                        ErrorCode.TOO_LARGE, "the store holds " + tooLarge.budgetBytes() + " bytes in all");
            case ObjectGoneException gone ->
                new RefusedException(ErrorCode.GONE, "the object expired or was deleted before its last byte had come");
            case StoreFullException full ->
                new RefusedException(ErrorCode.STORE_FULL, "bodies of unknown size fill the store");
            case LinuxException refused ->
                new RefusedException(ErrorCode.STORE_FULL, "the machine has no memory for it");
            default ->
                new RefusedException(ErrorCode.BAD_REQUEST, "the body does not have the size that was announced");
        };
    }
}
