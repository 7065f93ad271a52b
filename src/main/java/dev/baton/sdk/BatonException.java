package dev.baton.sdk;

import java.io.IOException;
import java.io.Serial;

/**
 * The sidecar refused, or could not be reached. {@link #code} is one of the stable words of the object API's errors, such as {@code
 * store-full}; {@code sidecar-unreachable} if no answer came.
 */
public class BatonException extends IOException {
    static final String UNREACHABLE = "sidecar-unreachable";

    @Serial
    private static final long serialVersionUID = 1;

    private final String code;

    BatonException(String code, String message) {
        super(code + ": " + message);
        this.code = code;
    }

    BatonException(String message, Throwable cause) {
        super(UNREACHABLE + ": " + message, cause);
        this.code = UNREACHABLE;
    }

    static BatonException of(String code, String message) {
        return switch (code) {
            case "gone" -> new ObjectGoneException(message);
            case "not-found" -> new ObjectNotFoundException(message);
            case "busy" -> new ObjectBusyException(message);
            default -> new BatonException(code, message);
        };
    }

    /** The problem's code. */
    public String code() {
        return code;
    }
}
