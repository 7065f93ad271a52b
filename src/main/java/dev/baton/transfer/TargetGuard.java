package dev.baton.transfer;

import dev.baton.config.AddressGuard;
import dev.baton.config.OfferHosts;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Which addresses a function may call through its sidecar. What answers on the pod's own loopback interface or on the node trusts those
 * who can reach it, and the sidecar must not lend a function, or whoever talks it into a request, that trust. Any thread.
 */
final class TargetGuard {
    private final OfferHosts hosts;
    private final AddressGuard pods;
    private final boolean relaxed;

    /** @param relaxed several sidecars share this machine's loopback addresses: listed hosts and pods may live there */
    TargetGuard(OfferHosts hosts, AddressGuard pods, boolean relaxed) {
        this.hosts = hosts;
        this.pods = pods;
        this.relaxed = relaxed;
    }

    /** @param host as the target spells it, {@code resolved} what it resolved to */
    boolean allows(String host, InetSocketAddress resolved) {
        InetAddress address = resolved.getAddress();
        if (relaxed && address.isLoopbackAddress()) {
            return hosts.allows(host) || pods.allows(address, resolved.getPort());
        }
        return !forbidden(address);
    }

    private static boolean forbidden(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || Metadata.is(address)
                || (address instanceof Inet6Address v6 && forbiddenInside(v6));
    }

    /** IPv6 addresses that lead to an IPv4 one: compatible, NAT64 and 6to4. (Java turns mapped ones into IPv4 by itself.) */
    private static boolean forbiddenInside(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int at = -1;
        if (startsWith(bytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                || startsWith(bytes, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) {
            at = 12;
        } else if (startsWith(bytes, 0x20, 0x02)) {
            at = 2;
        }
        if (at < 0) {
            return false;
        }
        try {
            return forbidden(InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4)));
        } catch (UnknownHostException e) {
            throw new AssertionError("length of an address", e);
        }
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Metadata and host services of clouds outside the link-local ranges: Alibaba, Azure, Oracle, AWS, Google. */
    private static final class Metadata {
        private static final InetAddress[] ADDRESSES = {
            InetAddress.ofLiteral("100.100.100.200"),
            InetAddress.ofLiteral("168.63.129.16"),
            InetAddress.ofLiteral("192.0.0.192"),
            InetAddress.ofLiteral("fd00:ec2::254"),
            InetAddress.ofLiteral("fd00:ec2::23"),
            InetAddress.ofLiteral("fd20:ce::254"),
        };

        private Metadata() {}

        static boolean is(InetAddress address) {
            for (InetAddress known : ADDRESSES) {
                if (known.equals(address)) {
                    return true;
                }
            }
            return false;
        }
    }
}
