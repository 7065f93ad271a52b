package dev.baton.transfer;

import dev.baton.wire.Splice;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A response of the object API that is more than a few words.
 *
 * @param fields the response's fields, framing among them where the length is known
 * @param size of the body, or -1 if unknown
 * @param body read once; its buffers are the reader's
 * @param splice the kernel's way for most of the body, if there is one
 * @param trailers asked for when the body is whole
 * @param brokenOff what is said instead, if the body breaks off while nothing has been sent yet
 * @param end told once how it went
 */
record Answer(
        HttpResponseStatus status,
        HttpHeaders fields,
        long size,
        Flux<ByteBuf> body,
        @Nullable Splice splice,
        Supplier<HttpHeaders> trailers,
        RefusedException brokenOff,
        End end) {

    /** On the connection's event loop. */
    interface End {
        /** The kernel has taken every byte. */
        void whole(long bytes);

        /** The source or the connection ended first; the function was not given the body's end. */
        void broken(long bytes);
    }
}
