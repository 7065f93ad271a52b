package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;

/** What a pull that brought nothing means to the one who asked. */
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
}
