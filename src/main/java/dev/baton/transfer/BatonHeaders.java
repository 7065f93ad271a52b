package dev.baton.transfer;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Names and words that sidecars say to each other in HTTP fields, and the fields that never cross a hop. */
final class BatonHeaders {
    static final AsciiString REFERENCE = AsciiString.cached("baton-reference");
    static final AsciiString LENGTH = AsciiString.cached("baton-length");
    static final AsciiString USER_AGENT = AsciiString.cached("baton-user-agent");
    static final AsciiString ACCEPT = AsciiString.cached("baton-accept");
    static final AsciiString OFFER = AsciiString.cached("baton-offer");
    static final AsciiString TARGET = AsciiString.cached("baton-target");
    static final AsciiString METHOD = AsciiString.cached("baton-method");
    static final AsciiString RESPONSE = AsciiString.cached("baton-response");
    static final AsciiString SIZE = AsciiString.cached("baton-size");
    static final AsciiString EXPIRES = AsciiString.cached("baton-expires");

    /** What a sidecar takes: references of this version, in requests and in responses. */
    static final AsciiString REFERENCE_1 = AsciiString.cached("reference/1");

    private static final String PREFIX = "baton-";
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");

    private BatonHeaders() {}

    /** Whether the other side takes references: one of its {@code Baton-Accept} values says so. */
    static boolean acceptsReferences(HttpHeaders headers) {
        return headers.containsValue(ACCEPT, REFERENCE_1, false);
    }

    /** Takes away every field that sidecars use among themselves, so that neither a function nor its caller can say or see one. */
    static void removeOwn(HttpHeaders headers) {
        removePrefixed(headers, false);
    }

    /** As {@link #removeOwn}, but keeps {@code Baton-Error}: the answer of another sidecar stays recognisable. */
    static void removeOwnButErrors(HttpHeaders headers) {
        removePrefixed(headers, true);
    }

    private static void removePrefixed(HttpHeaders headers, boolean keepErrors) {
        List<String> doomed = new ArrayList<>(4);
        for (Map.Entry<String, String> field : headers) {
            String name = field.getKey();
            if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())
                    && !(keepErrors && name.equalsIgnoreCase("baton-error"))) {
                doomed.add(name);
            }
        }
        for (String name : doomed) {
            headers.remove(name);
        }
    }

    /** Takes away the fields of one connection (RFC 9110, section 7.6.1), those that Connection names among them. */
    static void removeHopByHop(HttpHeaders headers) {
        for (String options : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String option : options.split(",", -1)) {
                String name = option.trim();
                if (!name.isEmpty()) {
                    headers.remove(name);
                }
            }
        }
        headers.remove(HttpHeaderNames.CONNECTION);
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        headers.remove(HttpHeaderNames.UPGRADE);
    }
}
