package dev.baton.pull;

import dev.baton.wire.Splice;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** What came of the wish to have a referenced object. */
public sealed interface Pull {
    /**
     * The object's bytes are at hand. Exactly one of {@link Ending#acknowledge} and {@link Ending#abandon} must follow.
     *
     * @param size in bytes, or -1 while unknown
     * @param contentType as the producer gave it
     * @param digest the producer's Repr-Digest field
     * @param path the way the bytes take
     * @param body to be read once, on demand; it fails if it breaks off or differs from its announced size by a single byte. The
     *     reader owns the buffers; they may be views of the store's memory, valid until the ending
     * @param splice the kernel's way for most of the body, if there is one
     */
    record Bytes(
            long size,
            String contentType,
            @Nullable String digest,
            DataPath path,
            Flux<ByteBuf> body,
            @Nullable Splice splice,
            Ending ending)
            implements Pull {
        /** The way that the bytes took, when they have all been read. */
        public DataPath pathTaken() {
            return splice != null && splice.movedBytes() > 0 ? DataPath.SPLICE : path;
        }

        /** The body in buffers that stay valid after the ending, for readers who acknowledge before their last write has completed. */
        public Flux<ByteBuf> detached() {
            return path == DataPath.MEMORY ? Copies.of(body) : body;
        }
    }

    /** It is no longer there: all retrievals committed, expired, deleted, or its producer has ended. */
    enum Gone implements Pull {
        INSTANCE
    }

    /** All retrievals that are left are under way; one may come back. */
    enum Busy implements Pull {
        INSTANCE
    }

    /** Unknown to its producer, or nothing that may be asked for: the two cannot be told apart. */
    enum NotFound implements Pull {
        INSTANCE
    }

    /** The producer's sidecar does not answer, or not in a way that makes sense. */
    enum Unreachable implements Pull {
        INSTANCE
    }

    /** The producer's sidecar took the request and then kept silent. */
    enum TimedOut implements Pull {
        INSTANCE
    }

    /** How a pull is ended. Any thread; the first call counts. */
    interface Ending {
        /** The last byte has been handed on: the retrieval is used up. */
        void acknowledge();

        /** It has not: the producer may give the object to the next attempt. */
        void abandon();
    }
}
