package dev.baton.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Which addresses a sidecar may connect to because an opened reference names them: whoever holds a sealing key can seal any
 * address, so that opening one proves nothing about it. Any thread. The pod's own address is the caller's affair: it
 * is served from the store and never connected to.
 */
public final class AddressGuard {
    private final List<Cidr> pods;
    private final List<Cidr> denied;
    private final boolean relaxed;

    /**
     * @param pods where pods live; empty is every unicast address
     * @param denied service ranges and the API server
     * @param relaxed several sidecars share this machine's loopback addresses: these and every port are allowed as well
     */
    AddressGuard(List<Cidr> pods, List<Cidr> denied, boolean relaxed) {
        this.pods = List.copyOf(pods);
        this.denied = List.copyOf(denied);
        this.relaxed = relaxed;
    }

    /** Whether a sidecar may pull from there. */
    public boolean allows(InetAddress address, int port) {
        boolean portAllowed = relaxed ? port > 0 && port <= 65535 : port == Ports.HTTP1 || port == Ports.H2C;
        if (!portAllowed) {
            return false;
        }
        byte[] bytes = address.getAddress();
        boolean local = relaxed && address.isLoopbackAddress();
        if (!local && (mapped(bytes) || in(Never.RANGES, bytes))) {
            return false;
        }
        return (pods.isEmpty() || in(pods, bytes)) && !in(denied, bytes);
    }

    /** {@code ::ffff:a.b.c.d}, which reaches an IPv4 address by another name. */
    private static boolean mapped(byte[] bytes) {
        if (bytes.length != 16) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == -1 && bytes[11] == -1;
    }

    private static boolean in(List<Cidr> ranges, byte[] address) {
        for (Cidr range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Apart, so that it is parsed at the first pull and not at the start. */
    private static final class Never {
        static final List<Cidr> RANGES = parse(
                "0.0.0.0/8",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "224.0.0.0/4",
                "255.255.255.255/32",
                // Metadata and host services of Alibaba, Azure, Oracle, AWS and Google outside the link-local ranges.
                "100.100.100.200/32",
                "168.63.129.16/32",
                "192.0.0.192/32",
                "fd00:ec2::/32",
                "fd20:ce::254/128",
                // Loopback, unspecified and IPv4 inside IPv6: compatible, translated, Teredo, 6to4.
                "::/96",
                "64:ff9b::/96",
                "64:ff9b:1::/48",
                "2001::/32",
                "2002::/16",
                // Link-local, site-local, multicast.
                "fe80::/10",
                "fec0::/10",
                "ff00::/8");

        private Never() {}

        private static List<Cidr> parse(String... texts) {
            List<Cidr> ranges = new ArrayList<>(texts.length);
            for (String text : texts) {
                ranges.add(Objects.requireNonNull(Cidr.parse(text), text));
            }
            return List.copyOf(ranges);
        }
    }
}
