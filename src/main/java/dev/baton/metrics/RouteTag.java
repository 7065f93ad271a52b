package dev.baton.metrics;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What Knative's headers say about a request (knative.dev/serving {@code routetag_handler.go}, knative.dev/networking). Pure. */
final class RouteTag {
    static final String DISABLED = "kn:disabled";
    static final String DEFAULT = "kn:default";
    static final String UNDEFINED = "kn:undefined";

    private static final AsciiString TAG = AsciiString.cached("knative-serving-tag");
    private static final AsciiString DEFAULT_ROUTE = AsciiString.cached("knative-serving-default-route");
    private static final AsciiString KUBELET_PROBE = AsciiString.cached("k-kubelet-probe");
    private static final AsciiString NETWORK_PROBE = AsciiString.cached("k-network-probe");

    private RouteTag() {}

    static String of(HttpHeaders headers) {
        String tag = headers.get(TAG);
        String defaultRoute = headers.get(DEFAULT_ROUTE);
        if (empty(tag)) {
            return empty(defaultRoute) ? DISABLED : DEFAULT;
        }
        return "true".equals(defaultRoute) ? UNDEFINED : tag;
    }

    /** A request that nobody wants to find among the users' ones. */
    static boolean probe(HttpHeaders headers) {
        String userAgent = headers.get(HttpHeaderNames.USER_AGENT);
        return !empty(headers.get(KUBELET_PROBE))
                || !empty(headers.get(NETWORK_PROBE))
                || (userAgent != null && userAgent.startsWith("kube-probe/"));
    }

    private static boolean empty(@Nullable String value) {
        return value == null || value.isEmpty();
    }
}
