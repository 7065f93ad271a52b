package dev.baton.config;

import java.util.List;
import java.util.Locale;

/**
 * Hosts that may be sent a reference: the cluster's services and what BATON_OFFER_HOSTS adds. A reference to any other host
 * would tell a stranger's server how to read the object.
 *
 * @param names lower case; an entry that begins with {@code *.} stands for every name below it
 * @param clusterDomain lower case, without dots at its ends
 */
public record OfferHosts(List<String> names, String clusterDomain) {

    /** Whether {@code host}, a name with or without a port in any case, may be sent a reference. Addresses may not, unless listed. */
    public boolean allows(String host) {
        String name = name(host);
        String service = "." + clusterDomain;
        String base = name.endsWith(service) ? name.substring(0, name.length() - service.length()) : name;
        if (base.endsWith(".svc") && base.indexOf('.') < base.length() - ".svc".length()) {
            return true;
        }
        for (String known : names) {
            if (known.startsWith("*.")
                    ? name.length() >= known.length() && name.endsWith(known.substring(1))
                    : name.equals(known)) {
                return true;
            }
        }
        return false;
    }

    private static String name(String host) {
        int colon = host.indexOf(':');
        // More than one colon is an IPv6 address, which has no port to cut off.
        String name = colon >= 0 && host.indexOf(':', colon + 1) < 0 ? host.substring(0, colon) : host;
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return name.toLowerCase(Locale.ROOT);
    }
}
