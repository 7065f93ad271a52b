package dev.baton.wasm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A call of a function ended without an answer, for a reason that its caller may be told. */
public final class GuestException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What went wrong, and so whose turn it is. */
    public enum Kind {
        /** The guest did what no guest may: a bad access, an unreachable instruction, a wrong region as its answer. */
        TRAP,
        /** The guest ended the call itself: an exit code other than 0 or a negative answer. */
        FAILED,
        /** The guest exited with code 0: the end of a command, and no answer from a function with handle. */
        EXITED,
        /** It ran for longer than a call may. */
        DEADLINE,
        /** Its caller no longer wants the answer. */
        CANCELLED,
        /** The body has no room in the function's memory, whoever else runs. */
        TOO_LARGE,
        /** There is no memory or thread just now. */
        NO_MEMORY,
        /** The module is still being compiled. */
        LOADING,
        /** The module cannot run at all. */
        NOT_LOADED,
        /** Calls between functions are nested too deeply. */
        TOO_DEEP,
        /** The body broke off. */
        BODY
    }

    private final Kind kind;

    public GuestException(Kind kind, String message) {
        this(kind, message, null);
    }

    GuestException(Kind kind, String message, @Nullable Throwable cause) {
        // No stack trace: guests cause these at will, and the frames would be the guest's compiled code.
        super(message, cause, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
