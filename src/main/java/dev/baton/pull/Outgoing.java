package dev.baton.pull;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Something of this pod that one consumer has claimed: a retrieval of a stored object, or a running transfer's body. Any thread. */
interface Outgoing {
    /** Bytes, or -1 while unknown. */
    long size();

    String contentType();

    /** The producer's Repr-Digest field. */
    @Nullable
    String digest();

    /** To be read once. The buffers may be views: they are valid until {@link #commit} or {@link #giveBack}. */
    Flux<ByteBuf> body();

    /** The consumer has acknowledged the last byte. Ends the claim; the first of commit and giveBack counts. */
    void commit();

    /** The attempt broke off; another one may come. */
    void giveBack();
}
