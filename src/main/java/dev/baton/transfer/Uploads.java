package dev.baton.transfer;

import dev.baton.pull.ErrorCode;
import dev.baton.store.Admission;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.store.Upload;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Gets room in the store and fills it from a body. Event loop only; nothing blocks. */
final class Uploads {
    private final ObjectStore store;
    private final Duration wait;
    private final Duration idle;

    /**
     * @param wait how long a body may wait for room, in the order of arrival
     * @param idle how long a sender may keep silent in the middle of its body
     */
    Uploads(ObjectStore store, Duration wait, Duration idle) {
        this.store = store;
        this.wait = wait;
        this.idle = idle;
    }

    /** Room for one object, before its first byte is read. Fails with {@link RefusedException}; cancelling leaves the queue. */
    Mono<Upload> admit(PutSpec spec, EventLoop loop) {
        return Mono.create(sink -> {
            switch (store.admit(spec)) {
                case Admission.Admitted admitted -> sink.success(admitted.upload());
                case Admission.Refused refused -> sink.error(full("the machine has no memory for it"));
                case Admission.TooLarge tooLarge ->
                    sink.error(new RefusedException(
                            ErrorCode.TOO_LARGE, "the store holds " + tooLarge.budgetBytes() + " bytes in all"));
                case Admission.Waiting waiting -> queue(waiting.upload(), sink, loop);
            }
        });
    }

    private void queue(CompletableFuture<Upload> turn, MonoSink<Upload> sink, EventLoop loop) {
        ScheduledFuture<?> deadline = loop.schedule(
                () -> {
                    if (turn.cancel(false)) {
                        sink.error(full("no room in time"));
                    }
                },
                wait.toNanos(),
                TimeUnit.NANOSECONDS);
        boolean[] left = new boolean[1];
        sink.onCancel(() -> {
            left[0] = true;
            turn.cancel(false);
        });
        turn.whenComplete((upload, failed) -> loop.execute(() -> {
            deadline.cancel(false);
            if (upload == null) {
                if (!turn.isCancelled()) {
                    sink.error(full("the machine has no memory for it"));
                }
            } else if (left[0]) {
                // The sender left while its turn was on its way here.
                upload.abort();
            } else {
                sink.success(upload);
            }
        }));
    }

    private static RefusedException full(String detail) {
        return new RefusedException(ErrorCode.STORE_FULL, detail);
    }

    /** Writes the body into the upload and completes it. Whatever goes wrong, the upload is aborted: half an object is none. */
    Mono<Void> fill(Upload upload, Flux<ByteBuf> body, EventLoop loop) {
        return Mono.create(sink -> new Filling(upload, body, loop, wait, idle, sink).start());
    }
}
