package dev.baton.config;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where sockets are opened.
 *
 * @param address BATON_BIND, or null for every interface
 * @param podAddress SERVING_POD_IP, or null if it is no address
 */
public record Bind(@Nullable InetAddress address, @Nullable InetAddress podAddress) {

    /** The address of every listener. */
    public InetAddress listen() {
        return address != null ? address : Addresses.ANY;
    }

    /** The address of the user's program: {@code 127.0.0.1} unless BATON_BIND says otherwise. */
    public InetAddress user() {
        return address != null ? address : Addresses.LOOPBACK;
    }

    /** This pod's address as other sidecars reach it, put into references; the loopback address if the pod has none. */
    public InetAddress own() {
        if (address != null && !address.isAnyLocalAddress()) {
            return address;
        }
        return podAddress != null ? podAddress : Addresses.LOOPBACK;
    }

    /** True when BATON_BIND is a loopback address: several sidecars share one machine, and guards on addresses are relaxed. */
    public boolean relaxed() {
        return address != null && address.isLoopbackAddress();
    }
}
