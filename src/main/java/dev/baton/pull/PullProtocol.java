package dev.baton.pull;

import io.netty.util.AsciiString;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What sidecars say to each other on the pull port: {@code GET /v1/pull/<id>} with the capability and the producer's epoch in fields,
 * and behind it on the same connection {@code POST /v1/pull/<id>/ack}. Ids and capabilities are 32 hex digits, epochs 16.
 */
public final class PullProtocol {
    /** The peer is found by address alone; its address stays out of the request. */
    static final AsciiString HOST = AsciiString.cached("baton");

    static final AsciiString CAPABILITY = AsciiString.cached("baton-capability");
    static final AsciiString EPOCH = AsciiString.cached("baton-epoch");

    /** RFC 9530: the producer's own digest of the object, carried and not looked at. */
    public static final AsciiString REPR_DIGEST = AsciiString.cached("repr-digest");

    /** The media type of an object whose producer named none. */
    public static final String OCTETS = "application/octet-stream";

    private static final String PREFIX = "/v1/pull/";
    private static final String ACK = "/ack";
    private static final int ID_END = PREFIX.length() + 32;
    private static final HexFormat HEX = HexFormat.of();

    private PullProtocol() {}

    static String path(UUID id) {
        return PREFIX + hex(id);
    }

    static String ackPath(UUID id) {
        return path(id) + ACK;
    }

    static String hex(UUID value) {
        return HEX.toHexDigits(value.getMostSignificantBits()) + HEX.toHexDigits(value.getLeastSignificantBits());
    }

    static String hex(long epoch) {
        return HEX.toHexDigits(epoch);
    }

    /** The id in a path of {@link #path}, or null if it is not one. */
    static @Nullable UUID idOf(String path) {
        return path.length() == ID_END && path.startsWith(PREFIX) ? uuid(path.substring(PREFIX.length())) : null;
    }

    /** The id in a path of {@link #ackPath}, or null if it is not one. */
    static @Nullable UUID ackedIdOf(String path) {
        return path.endsWith(ACK) ? idOf(path.substring(0, path.length() - ACK.length())) : null;
    }

    /** 32 hex digits, else null. */
    static @Nullable UUID uuid(@Nullable String digits) {
        if (digits == null || digits.length() != 32 || !isHex(digits)) {
            return null;
        }
        return new UUID(HexFormat.fromHexDigitsToLong(digits, 0, 16), HexFormat.fromHexDigitsToLong(digits, 16, 32));
    }

    /** Whether the field says this epoch. */
    static boolean isEpoch(@Nullable String digits, long epoch) {
        return digits != null
                && digits.length() == 16
                && isHex(digits)
                && HexFormat.fromHexDigitsToLong(digits) == epoch;
    }

    private static boolean isHex(String digits) {
        for (int i = 0; i < digits.length(); i++) {
            if (!HexFormat.isHexDigit(digits.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
