package dev.baton.reference;

import java.net.InetAddress;
import java.util.UUID;

/**
 * What a sealed reference says: where an object is and the right to retrieve it. Its text form is
 * {@link ReferenceCodec}'s; {@link #toString()} shows nothing, since addresses and capabilities belong in no log.
 *
 * @param address the producer's pod
 * @param port the producer's pull port
 * @param object the object's id, 128 random bits
 * @param capability proof that the reader was given this reference, 128 random bits
 * @param epoch which start of the producer's sidecar holds the object: another one answers gone
 * @param size the object's length in bytes, or -1 while it is unknown
 * @param retrievals how often the object may be retrieved in all, at least 1
 * @param expiresAtMillis end of the object's life, milliseconds since 1970
 */
public record Reference(
        InetAddress address,
        int port,
        UUID object,
        UUID capability,
        long epoch,
        long size,
        int retrievals,
        long expiresAtMillis) {

    public Reference {
        if (port < 1 || port > 65535 || size < -1 || retrievals < 1) {
            throw new IllegalArgumentException("port, size or retrievals out of range");
        }
    }

    @Override
    public String toString() {
        return "Reference[sealed]";
    }
}
