package dev.baton.transfer;

import dev.baton.http.Answers;
import dev.baton.pull.ErrorCode;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The request that travels the ordinary way in place of a large one: the same without its body, plus a reference.
 *
 * <p>It is dressed so that a sidecar that knows nothing of references never hands it to its function: its User-Agent is that of the
 * activator's probe, and without {@code K-Network-Probe} the queue-proxy answers 400 {@code unexpected probe header value} to such a
 * request by itself. The activator and the ingress take it for what it is.
 */
final class ControlMessage {
    private static final String DRESS = "Knative-Activator-Probe";
    private static final String USER_AGENT = DRESS + "/baton";
    private static final String STOCK_REFUSAL = "unexpected probe header value";

    private ControlMessage() {}

    /** @param size of the body that is on offer, or -1 if unknown */
    static HttpRequest of(InvokeCall call, String reference, long size) {
        HttpRequest message = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                call.method(),
                call.target().path(),
                call.fields().copy());
        HttpHeaders fields = message.headers();
        String original = fields.get(HttpHeaderNames.USER_AGENT);
        if (original != null) {
            fields.set(BatonHeaders.USER_AGENT, original);
        }
        fields.set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                .set(HttpHeaderNames.CONTENT_LENGTH, "0")
                .set(BatonHeaders.REFERENCE, reference)
                .set(BatonHeaders.ACCEPT, BatonHeaders.REFERENCE_1);
        if (size >= 0) {
            fields.set(BatonHeaders.LENGTH, Long.toString(size));
        }
        return message;
    }

    /** Asks whether whoever is behind the target takes references. */
    static HttpRequest offer(Target target) {
        HttpRequest offer = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.OPTIONS, target.path());
        offer.headers()
                .set(HttpHeaderNames.HOST, target.authority())
                .set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                .set(HttpHeaderNames.CONTENT_LENGTH, "0")
                .set(BatonHeaders.OFFER, BatonHeaders.REFERENCE_1);
        return offer;
    }

    static boolean isOffer(HttpRequest request) {
        return request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(BatonHeaders.OFFER)
                && isDressed(request.headers());
    }

    /** Whether the request stands for one with a body elsewhere. */
    static boolean is(HttpRequest request) {
        return request.headers().contains(BatonHeaders.REFERENCE);
    }

    /** Takes the dress off: from here on it is an ordinary request from its original sender. */
    static void undress(HttpHeaders fields) {
        if (isDressed(fields)) {
            String original = fields.get(BatonHeaders.USER_AGENT);
            if (original != null) {
                fields.set(HttpHeaderNames.USER_AGENT, original);
            } else {
                fields.remove(HttpHeaderNames.USER_AGENT);
            }
        }
        fields.remove(BatonHeaders.USER_AGENT);
    }

    /** Whether a 400 is that of a sidecar without references, which has kept the message from its function. */
    static boolean refusedByStock(String body) {
        return body.startsWith(STOCK_REFUSAL);
    }

    /** Whether a 421 is that of a Baton sidecar that could not pull, before its function has seen anything. */
    static boolean refusedUnpulled(HttpHeaders fields) {
        String error = fields.get(Answers.BATON_ERROR, "");
        return error.startsWith(ErrorCode.PULL_FAILED.code()) && error.endsWith("reached=no");
    }

    private static boolean isDressed(HttpHeaders fields) {
        return fields.get(HttpHeaderNames.USER_AGENT, "").startsWith(DRESS);
    }
}
