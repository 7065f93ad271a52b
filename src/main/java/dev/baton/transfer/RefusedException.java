package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.ErrorCode;
import java.io.Serial;

/** Carries a refusal to the place where the answer is written. No stack trace: it is an answer, not a bug. */
final class RefusedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final Reached reached;

    RefusedException(ErrorCode code, String detail) {
        this(code, detail, Reached.NO);
    }

    /** @param detail what happened; never an address, a key, a reference or a capability */
    RefusedException(ErrorCode code, String detail, Reached reached) {
        super(detail, null, false, false);
        this.code = code;
        this.reached = reached;
    }

    ErrorCode code() {
        return code;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    Reached reached() {
        return reached;
    }
}
