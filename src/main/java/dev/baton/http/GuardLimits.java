package dev.baton.http;

/**
 * What a peer may make a listener hold or wait for before its request is known.
 *
 * @param headBytes longest request head, and longest trailer section, in bytes
 * @param fields most header fields in one head
 * @param headMillis longest time from the first byte of a head to its last
 * @param firstByteMillis longest silence of a new connection
 * @param bodyBytesPerSecond least pace of a request body that has been announced: by its length, or by a chunk or frame that has
 *     begun; 0 for none
 * @param bodyWindowMillis time over which that pace is averaged
 * @param answerMillis longest time for an HTTP/2 client to take the rest of an answer that is complete
 * @param http2Burst frames beyond those that its requests need, that an HTTP/2 client may send at a stretch; a reset is five
 * @param lenient whether folded fields, equal lengths, a length beside chunked, and HTTP/1.2 pass, in the one reading that the
 *     codec behind gives them
 */
public record GuardLimits(
        int headBytes,
        int fields,
        int headMillis,
        int firstByteMillis,
        int bodyBytesPerSecond,
        int bodyWindowMillis,
        int answerMillis,
        int http2Burst,
        boolean lenient) {
    /** 64 KiB, 256 fields, 10 s for a head, 60 s for the first byte, 100 bytes a second over 30 s, 300 s for an answer, 1000 frames. */
    public static final GuardLimits DEFAULT =
            new GuardLimits(64 * 1024, 256, 10_000, 60_000, 100, 30_000, 300_000, 1000, false);

    /** As {@link #DEFAULT}, for a port that forwards nothing: there is nobody who could read a request in another way. */
    public static final GuardLimits SERVICE =
            new GuardLimits(64 * 1024, 256, 10_000, 60_000, 100, 30_000, 300_000, 1000, true);

    /** The same with other times to begin and to complete a head. */
    public GuardLimits within(int firstMillis, int wholeMillis) {
        return new GuardLimits(
                headBytes,
                fields,
                wholeMillis,
                firstMillis,
                bodyBytesPerSecond,
                bodyWindowMillis,
                answerMillis,
                http2Burst,
                lenient);
    }

    /** The same for bodies that may come as slowly as they like, read leniently or not. */
    public GuardLimits unpaced(boolean read) {
        return new GuardLimits(
                headBytes, fields, headMillis, firstByteMillis, 0, bodyWindowMillis, answerMillis, http2Burst, read);
    }

    public GuardLimits {
        if (headBytes < 1024
                || fields < 1
                || headMillis < 1
                || firstByteMillis < 1
                || bodyBytesPerSecond < 0
                || bodyWindowMillis < 1
                || answerMillis < 1
                || http2Burst < 1) {
            throw new IllegalArgumentException("limit too small");
        }
    }
}
