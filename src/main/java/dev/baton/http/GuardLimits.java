package dev.baton.http;

/**
 * What a peer may make a listener hold or wait for before its request is known.
 *
 * @param headBytes longest request head, and longest trailer section, in bytes
 * @param fields most header fields in one head
 * @param headMillis longest time from the first byte of a head to its last
 * @param firstByteMillis longest silence of a new connection
 * @param http2Burst frames beyond those that its requests need, that an HTTP/2 client may send at a stretch; a reset is five
 * @param lenient whether folded fields, equal lengths, a length beside chunked, and HTTP/1.2 pass, in the one reading that the
 *     codec behind gives them
 */
public record GuardLimits(
        int headBytes, int fields, int headMillis, int firstByteMillis, int http2Burst, boolean lenient) {
    /** 64 KiB, 256 fields, 10 s for a head, 60 s for the first byte, 1000 frames. */
    public static final GuardLimits DEFAULT = new GuardLimits(64 * 1024, 256, 10_000, 60_000, 1000, false);

    public GuardLimits {
        if (headBytes < 1024 || fields < 1 || headMillis < 1 || firstByteMillis < 1 || http2Burst < 1) {
            throw new IllegalArgumentException("limit too small");
        }
    }
}
