package dev.baton.pull;

import dev.baton.http.Problem;

/** The stable codes of the object API's errors, each with its status and the text that never changes. */
public enum ErrorCode {
    BAD_REQUEST(400, "bad-request", "The request is not understood"),
    FORBIDDEN_TARGET(403, "forbidden-target", "This target may not be called through the sidecar"),
    NOT_FOUND(404, "not-found", "No such object"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "The method does not fit this path"),
    TIMEOUT(408, "upload-timeout", "The upload stood still for too long"),
    GONE(410, "gone", "The object is no longer there"),
    TOO_LARGE(413, "too-large", "The object is larger than the store"),
    RANGE(416, "range-not-satisfiable", "Objects are given whole"),
    PULL_FAILED(421, "pull-failed", "The object could not be fetched from its producer"),
    NOT_IMPLEMENTED(501, "not-implemented", "The sidecar does not do this"),
    NOT_DELIVERED(502, "not-delivered", "The function answered without the object"),
    PRODUCER_UNREACHABLE(502, "producer-unreachable", "The producer's sidecar does not answer"),
    TARGET_UNREACHABLE(502, "target-unreachable", "The target does not answer"),
    BUSY(503, "busy", "Nothing is free at the moment"),
    DRAINING(503, "draining", "This pod is about to end"),
    TOO_MANY_FILES(503, "too-many-files", "The sidecar holds as many objects in files as it may"),
    PULL_TIMEOUT(504, "pull-timeout", "The object did not arrive in time"),
    STORE_FULL(507, "store-full", "The store has no room");

    private final int status;
    private final String code;
    private final String title;

    ErrorCode(int status, String code, String title) {
        this.status = status;
        this.code = code;
        this.title = title;
    }

    /** The word of the {@code Baton-Error} field and of the problem's {@code code}. */
    public String code() {
        return code;
    }

    /**
     * As it is told, RFC 9457.
     *
     * @param detail what happened this time; never an address, a key, a reference or a capability
     */
    public Problem problem(String detail) {
        return new Problem(status, code, title, detail);
    }

    /** Whether trying again later may help: such an answer has a {@code Retry-After}. */
    public boolean passing() {
        return status == 503;
    }
}
