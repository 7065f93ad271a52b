package dev.baton.sdk;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the sidecar is to do with an object.
 *
 * @param retrievals how often it may be got, 1 to 999,999,999; after the last one it is gone
 * @param ttl how long it lives at most, in whole milliseconds; null for the sidecar's default (BATON_TTL), which is 10 minutes; longer
 *     than BATON_TTL_MAX means that
 * @param contentType given to whoever gets it; at most 256 characters
 */
public record PutOptions(int retrievals, @Nullable Duration ttl, String contentType) {
    private static final String OCTETS = "application/octet-stream";

    /** @throws IllegalArgumentException naming what is out of range */
    public PutOptions {
        if (retrievals < 1 || retrievals > 999_999_999) {
            throw new IllegalArgumentException("retrievals must be from 1 to 999999999");
        }
        if (ttl != null && (ttl.toMillis() < 1 || ttl.toMillis() > 999_999_999)) {
            throw new IllegalArgumentException("ttl must be from 1 to 999999999 ms");
        }
        if (!contentType.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("the content type has a character that no field may have");
        }
    }

    /** For one retrieval, with everything else at its default. */
    public static PutOptions once() {
        return times(1);
    }

    /** For that many retrievals. */
    public static PutOptions times(int retrievals) {
        return new PutOptions(retrievals, null, OCTETS);
    }

    /** The same with another life. */
    public PutOptions withTtl(Duration life) {
        return new PutOptions(retrievals, life, contentType);
    }

    /** The same with another type. */
    public PutOptions withContentType(String type) {
        return new PutOptions(retrievals, ttl, type);
    }

    /** The object API's path for it. */
    String target() {
        return "/v1/objects?retrievals=" + retrievals + (ttl == null ? "" : "&ttl=" + ttl.toMillis() + "ms");
    }
}
