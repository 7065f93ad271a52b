package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.PullProtocol;
import dev.baton.store.PutSpec;
import dev.baton.store.Upload;
import dev.baton.wire.HeldBody;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * For callers that asked for a reference instead of a large response: the response's body becomes an object of this pod, to be retrieved
 * once, and the caller gets the function's status and fields with the reference as body. Event loop only.
 */
final class Keeping {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Uploads uploads;
    private final References references;
    private final long inlineBytes;

    /** @param inlineBytes responses up to this size are given as they are */
    Keeping(Uploads uploads, References references, long inlineBytes) {
        this.uploads = uploads;
        this.references = references;
        this.inlineBytes = inlineBytes;
    }

    Mono<Answer> keep(Answer answer, EventLoop loop) {
        if (answer.size() >= 0 && answer.size() <= inlineBytes) {
            return Mono.just(answer);
        }
        HeldBody body = new HeldBody(answer.body(), loop);
        Mono<Boolean> small = answer.size() < 0 ? body.fits(inlineBytes) : Mono.just(false);
        return small.flatMap(fits -> fits ? Mono.just(withBody(answer, body)) : store(answer, body, loop))
                .doOnCancel(() -> lost(answer, body))
                .onErrorMap(failed -> {
                    lost(answer, body);
                    return failed instanceof RefusedException refused
                            ? new RefusedException(refused.code(), refused.detail(), Reached.MAYBE)
                            : new RefusedException(
                                    ErrorCode.TARGET_UNREACHABLE, "the response broke off", Reached.MAYBE);
                });
    }

    private static Answer withBody(Answer answer, HeldBody body) {
        return new Answer(
                answer.status(),
                answer.fields(),
                answer.size(),
                body,
                null,
                answer.trailers(),
                answer.brokenOff(),
                answer.end());
    }

    private static void lost(Answer answer, HeldBody body) {
        body.close();
        answer.end().broken(0);
    }

    private Mono<Answer> store(Answer answer, HeldBody body, EventLoop loop) {
        HttpHeaders fields = answer.fields();
        PutSpec spec;
        try {
            spec = new PutSpec(
                    answer.size(),
                    1,
                    null,
                    fields.get(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS),
                    fields.get(PullProtocol.REPR_DIGEST));
        } catch (IllegalArgumentException e) {
            return Mono.error(
                    new RefusedException(ErrorCode.BAD_REQUEST, "the response's fields are too long to keep"));
        }
        return uploads.admit(spec, loop)
                .flatMap(upload -> uploads.fill(upload, body, loop).thenReturn(upload))
                .map(upload -> {
                    answer.end().whole(upload.written());
                    return referring(answer, upload);
                });
    }

    private Answer referring(Answer answer, Upload upload) {
        String reference = references.seal(
                upload.id(),
                upload.capability(),
                upload.size(),
                1,
                upload.expires().toEpochMilli());
        byte[] text = reference.getBytes(StandardCharsets.US_ASCII);
        HttpHeaders fields = answer.fields();
        fields.set(HttpHeaderNames.CONTENT_TYPE, TEXT)
                .set(BatonHeaders.REFERENCE, reference)
                .set(BatonHeaders.SIZE, Long.toString(upload.written()))
                .set(BatonHeaders.EXPIRES, upload.expires().toString())
                .remove(HttpHeaderNames.CONTENT_ENCODING);
        return new Answer(
                answer.status(),
                fields,
                text.length,
                Flux.defer(() -> Flux.just(Unpooled.wrappedBuffer(text))),
                null,
                () -> EmptyHttpHeaders.INSTANCE,
                answer.brokenOff(),
                new Answer.End() {
                    @Override
                    public void whole(long bytes) {}

                    @Override
                    public void broken(long bytes) {}
                });
    }
}
