package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.wire.WireFailure;

/** What a pull that brought nothing, or a call that got no answer, means to the one who asked. */
final class Refusals {
    private Refusals() {}

    static RefusedException of(Pull pull) {
        return of(pull, Reached.NO);
    }

    static RefusedException of(Pull pull, Reached reached) {
        return switch (pull) {
            case Pull.Gone gone ->
                new RefusedException(ErrorCode.GONE, "retrieved, expired, deleted, or its producer has ended", reached);
            case Pull.Busy busy ->
                new RefusedException(ErrorCode.BUSY, "all retrievals that are left are under way", reached);
            case Pull.NotFound notFound -> new RefusedException(ErrorCode.NOT_FOUND, "no such object", reached);
            case Pull.Unreachable unreachable ->
                new RefusedException(ErrorCode.PRODUCER_UNREACHABLE, "no usable answer", reached);
            case Pull.TimedOut timedOut ->
                new RefusedException(ErrorCode.PULL_TIMEOUT, "the producer's sidecar keeps silent", reached);
            case Pull.Bytes bytes -> throw new IllegalArgumentException("bytes are no refusal");
        };
    }

    /** The target has given no answer. */
    static RefusedException of(WireFailure failure) {
        Reached reached = failure.nothingSent() ? Reached.NO : Reached.MAYBE;
        return switch (failure.kind()) {
            case FORBIDDEN ->
                new RefusedException(
                        ErrorCode.FORBIDDEN_TARGET,
                        "it is on the loopback interface, on the node or a metadata service");
            case UNKNOWN_HOST -> new RefusedException(ErrorCode.TARGET_UNREACHABLE, "its name does not resolve");
            case REFUSED -> new RefusedException(ErrorCode.TARGET_UNREACHABLE, "it refuses connections", reached);
            case NO_ROUTE -> new RefusedException(ErrorCode.TARGET_UNREACHABLE, "no way leads there", reached);
            case CONNECT_TIMEOUT ->
                new RefusedException(ErrorCode.TARGET_UNREACHABLE, "it does not take the connection", reached);
            case CLOSED, STALE ->
                new RefusedException(
                        ErrorCode.TARGET_UNREACHABLE, "the connection ended before the response began", reached);
            case MALFORMED ->
                new RefusedException(ErrorCode.TARGET_UNREACHABLE, "its answer is not HTTP/1.1", Reached.MAYBE);
            case LOCAL -> new RefusedException(ErrorCode.TARGET_UNREACHABLE, "the sidecar cannot connect", reached);
        };
    }

    /** The target's answer has begun, and will not be whole. */
    static RefusedException brokenOff() {
        return new RefusedException(ErrorCode.TARGET_UNREACHABLE, "the response broke off", Reached.MAYBE);
    }
}
