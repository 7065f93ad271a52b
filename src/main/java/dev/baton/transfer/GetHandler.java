package dev.baton.transfer;

import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.pull.PullClient;
import dev.baton.pull.PullProtocol;
import dev.baton.reference.Reference;
import dev.baton.store.DeleteResult;
import dev.baton.store.ObjectStore;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import reactor.core.publisher.Mono;

/** {@code GET} and {@code DELETE /v1/objects/<reference>}. */
final class GetHandler {
    private final References references;
    private final PullClient pulls;
    private final ObjectStore store;
    private final TransferStats stats;
    private final int windowBytes;

    GetHandler(References references, PullClient pulls, ObjectStore store, TransferStats stats, int windowBytes) {
        this.references = references;
        this.pulls = pulls;
        this.store = store;
        this.stats = stats;
        this.windowBytes = windowBytes;
    }

    Mono<Void> get(Caller caller, String text) {
        long startNanos = System.nanoTime();
        Reference reference = references.open(text);
        if (caller.request().requestHeaders().contains(HttpHeaderNames.RANGE)) {
            caller.response().header(HttpHeaderNames.ACCEPT_RANGES, "none");
            throw new RefusedException(ErrorCode.RANGE, "an object is given whole: ask without Range");
        }
        return Mono.<Pull>create(sink -> {
                    boolean[] left = new boolean[1];
                    Runnable giveUp = pulls.pull(reference, caller.loop(), pull -> {
                        if (left[0]) {
                            abandon(pull);
                        } else {
                            sink.success(pull);
                        }
                    });
                    sink.onCancel(() -> {
                        left[0] = true;
                        giveUp.run();
                    });
                })
                .flatMap(pull -> pull instanceof Pull.Bytes bytes
                        ? caller.send(answer(bytes, startNanos), windowBytes)
                        : Mono.error(Refusals.of(pull)))
                .doOnError(
                        RefusedException.class,
                        refused -> stats.count(Operation.GET, DataPath.COPY, Outcome.REFUSED, 0, startNanos));
    }

    private static void abandon(Pull pull) {
        if (pull instanceof Pull.Bytes bytes) {
            bytes.ending().abandon();
        }
    }

    private Answer answer(Pull.Bytes bytes, long startNanos) {
        HttpHeaders fields = new DefaultHttpHeaders();
        fields.set(HttpHeaderNames.CONTENT_TYPE, bytes.contentType());
        if (bytes.digest() != null) {
            fields.set(PullProtocol.REPR_DIGEST, bytes.digest());
        }
        return new Answer(
                HttpResponseStatus.OK,
                fields,
                bytes.size(),
                bytes.body(),
                bytes.splice(),
                () -> EmptyHttpHeaders.INSTANCE,
                new RefusedException(ErrorCode.PRODUCER_UNREACHABLE, "the object broke off in the middle"),
                new Answer.End() {
                    @Override
                    public void whole(long sent) {
                        bytes.ending().acknowledge();
                        stats.count(Operation.GET, bytes.pathTaken(), Outcome.DONE, sent, startNanos);
                    }

                    @Override
                    public void broken(long sent) {
                        bytes.ending().abandon();
                        stats.count(Operation.GET, bytes.pathTaken(), Outcome.BROKEN, sent, startNanos);
                    }
                });
    }

    Mono<Void> delete(Caller caller, String text) {
        Reference reference = references.open(text);
        if (!references.own(reference)) {
            throw new RefusedException(ErrorCode.NOT_FOUND, "only the producer's pod can delete an object");
        }
        return switch (store.delete(reference.object(), reference.capability())) {
            case DeleteResult.Deleted deleted ->
                caller.response().status(HttpResponseStatus.NO_CONTENT).send();
            case DeleteResult.Gone gone -> throw new RefusedException(ErrorCode.GONE, "the object was gone already");
            case DeleteResult.Unknown unknown -> throw new RefusedException(ErrorCode.NOT_FOUND, "no such object");
        };
    }
}
