package dev.baton.reference;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.UUID;

/** Sample references. */
final class References {
    private References() {}

    static Reference until(long expiresAtMillis) {
        return new Reference(
                address(10, 1, 2, 3),
                8013,
                new UUID(0x0123456789abcdefL, -2),
                new UUID(-3, 0x7edcba9876543210L),
                -5,
                1 << 20,
                3,
                expiresAtMillis);
    }

    static Reference lasting(InstantSource clock) {
        return until(clock.millis() + 600_000);
    }

    static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
