package dev.baton.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/** Field names that Knative's data plane gives a meaning, and the one question that several handlers ask about them. */
final class KnativeHeaders {
    static final AsciiString KUBELET_PROBE = AsciiString.cached("k-kubelet-probe");
    static final AsciiString PROXY_REQUEST = AsciiString.cached("k-proxy-request");
    static final AsciiString ORIGINAL_HOST = AsciiString.cached("k-original-host");
    static final AsciiString SERVING_REVISION = AsciiString.cached("knative-serving-revision");
    static final AsciiString SERVING_NAMESPACE = AsciiString.cached("knative-serving-namespace");
    static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    static final AsciiString X_FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");

    private KnativeHeaders() {}

    /** A probe that the kubelet sends through to the user's program: neither counted nor held back. */
    static boolean kubeletProbe(HttpHeaders headers) {
        String value = headers.get(KUBELET_PROBE);
        return value != null && !value.isEmpty();
    }
}
