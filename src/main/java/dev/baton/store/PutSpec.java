package dev.baton.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a producer asks the store to keep.
 *
 * @param size bytes of the object, or {@link #UNKNOWN_SIZE}
 * @param retrievals how often it may be retrieved, at least 1
 * @param ttl how long it lives; null for the store's default; longer than the store's limit means the limit
 * @param contentType kept and given back as it is, at most {@value #CONTENT_TYPE_CHARS_MAX} characters
 * @param digest the producer's Repr-Digest field (RFC 9530), kept and given back as it is, at most {@value #DIGEST_CHARS_MAX} characters
 */
public record PutSpec(long size, int retrievals, @Nullable Duration ttl, String contentType, @Nullable String digest) {
    public static final long UNKNOWN_SIZE = -1;
    public static final int CONTENT_TYPE_CHARS_MAX = 256;
    public static final int DIGEST_CHARS_MAX = 256;

    /** @throws IllegalArgumentException naming what is out of range; its message may be shown to the producer */
    public PutSpec {
        require(size >= UNKNOWN_SIZE, "size must not be negative");
        require(retrievals >= 1, "retrievals must be 1 or more");
        require(ttl == null || ttl.isPositive(), "ttl must be positive");
        // Both are held on the heap for as long as the object lives: bounded, so that an object's bookkeeping is.
        require(contentType.length() <= CONTENT_TYPE_CHARS_MAX, "content type is too long");
        require(digest == null || digest.length() <= DIGEST_CHARS_MAX, "digest is too long");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
