package dev.baton.config;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses of one family.
 *
 * @param high the network's first 64 bits (IPv4: all 32, at the low end)
 * @param low the network's last 64 bits (IPv4: 0)
 * @param prefix bits that an address must share with the network
 */
record Cidr(boolean v6, long high, long low, int prefix) {

    /** The range that {@code text} spells ({@code 10.0.0.0/8}; a plain address is a range of one), or null. */
    static @Nullable Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress network = Addresses.parse(slash < 0 ? text : text.substring(0, slash));
        if (network == null) {
            return null;
        }
        byte[] bytes = network.getAddress();
        int bits = bytes.length * 8;
        int prefix = slash < 0 ? bits : prefix(text, slash + 1);
        return prefix < 0 || prefix > bits ? null : of(bytes, prefix);
    }

    static Cidr of(byte[] network, int prefix) {
        return network.length == 4
                ? new Cidr(false, word(network, 0, 4), 0, prefix)
                : new Cidr(true, word(network, 0, 8), word(network, 8, 8), prefix);
    }

    boolean contains(byte[] address) {
        if (v6 != (address.length == 16)) {
            return false;
        }
        if (!v6) {
            return prefix == 0 || (word(address, 0, 4) ^ high) >>> (32 - prefix) == 0;
        }
        boolean highSame = prefix == 0 || (word(address, 0, 8) ^ high) >>> (64 - Math.min(prefix, 64)) == 0;
        return highSame && (prefix <= 64 || (word(address, 8, 8) ^ low) >>> (128 - prefix) == 0);
    }

    private static int prefix(String text, int from) {
        int length = text.length() - from;
        if (length < 1 || length > 3) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static long word(byte[] bytes, int from, int length) {
        long word = 0;
        for (int i = from; i < from + length; i++) {
            word = word << 8 | (bytes[i] & 0xFF);
        }
        return word;
    }
}
