package dev.baton.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses from text, without ever asking a name server. */
final class Addresses {
    /** Every interface, IPv4 and IPv6: the dual-stack wildcard. */
    static final InetAddress ANY = of(new byte[16]);

    static final InetAddress LOOPBACK = of(new byte[] {127, 0, 0, 1});

    private Addresses() {}

    /** The address that {@code text} spells, or null: names, short forms ({@code 127.1}) and zones are none. */
    static @Nullable InetAddress parse(String text) {
        boolean v6 = text.indexOf(':') >= 0;
        if (v6 ? text.indexOf('%') >= 0 || text.startsWith("[") : dots(text) != 3) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int dots(String text) {
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '.') {
                dots++;
            }
        }
        return dots;
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("length of an address", e);
        }
    }
}
