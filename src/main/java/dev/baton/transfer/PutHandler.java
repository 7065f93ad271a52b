package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.PullProtocol;
import dev.baton.store.PutSpec;
import dev.baton.store.Upload;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code POST /v1/objects}: the body becomes an object, the answer is its reference. */
final class PutHandler {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Uploads uploads;
    private final References references;
    private final TransferStats stats;
    private final BooleanSupplier draining;

    PutHandler(Uploads uploads, References references, TransferStats stats, BooleanSupplier draining) {
        this.uploads = uploads;
        this.references = references;
        this.stats = stats;
        this.draining = draining;
    }

    Mono<Void> handle(Caller caller) {
        long startNanos = System.nanoTime();
        if (draining.getAsBoolean()) {
            throw new RefusedException(ErrorCode.DRAINING, "a new object would end with this pod");
        }
        PutQuery query = PutQuery.of(caller.request().uri());
        PutSpec spec = spec(query, caller.request().requestHeaders());
        return uploads.admit(spec, caller.loop())
                .flatMap(upload -> {
                    if (query.early() && !caller.request().version().equals(HttpVersion.HTTP_1_0)) {
                        announce(caller, upload, spec);
                    }
                    Flux<ByteBuf> body = caller.request().receive().retain();
                    return uploads.fill(upload, body, caller.loop()).thenReturn(upload);
                })
                .flatMap(upload -> {
                    stats.count(Operation.PUT, DataPath.MEMORY, Outcome.DONE, upload.written(), startNanos);
                    return created(caller, upload, seal(upload, spec));
                })
                .onErrorResume(failed -> {
                    Outcome outcome = failed instanceof RefusedException ? Outcome.REFUSED : Outcome.BROKEN;
                    stats.count(Operation.PUT, DataPath.MEMORY, outcome, 0, startNanos);
                    return caller.refuse(
                            failed instanceof RefusedException refused
                                    ? refused
                                    : new RefusedException(ErrorCode.BAD_REQUEST, "the body broke off", Reached.NO));
                });
    }

    private static PutSpec spec(PutQuery query, HttpHeaders fields) {
        String contentType = fields.get(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS);
        try {
            return new PutSpec(
                    RequestBody.size(fields),
                    query.retrievals(),
                    query.ttl(),
                    contentType,
                    fields.get(PullProtocol.REPR_DIGEST));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private String seal(Upload upload, PutSpec spec) {
        return references.seal(
                upload.id(),
                upload.capability(),
                upload.size(),
                spec.retrievals(),
                upload.expires().toEpochMilli());
    }

    /** An interim response with the reference: readers may start while the body is still arriving. */
    private void announce(Caller caller, Upload upload, PutSpec spec) {
        FullHttpResponse hint = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.EARLY_HINTS, Unpooled.EMPTY_BUFFER);
        try {
            hint.headers().set(BatonHeaders.REFERENCE, seal(upload, spec));
        } catch (RefusedException unsealed) {
            upload.abort();
            throw unsealed;
        }
        caller.channel().writeAndFlush(hint, caller.channel().voidPromise());
    }

    private static Mono<Void> created(Caller caller, Upload upload, String reference) {
        caller.response()
                .status(HttpResponseStatus.CREATED)
                .header(HttpHeaderNames.CONTENT_TYPE, TEXT)
                .header(HttpHeaderNames.LOCATION, ObjectApi.OBJECTS + "/" + reference)
                .header(BatonHeaders.SIZE, Long.toString(upload.written()))
                .header(BatonHeaders.EXPIRES, upload.expires().toString());
        return caller.whole(reference);
    }
}
