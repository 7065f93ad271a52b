package dev.baton.wasm;

import dev.baton.http.Problem;

/** What a failed call looks like to the HTTP client. */
final class Problems {
    private Problems() {}

    static Problem of(GuestException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case TRAP -> new Problem(502, "function-trapped", "The function trapped", detail);
            case FAILED, EXITED -> new Problem(502, "function-failed", "The function failed", detail);
            case DEADLINE -> new Problem(504, "function-timeout", "The function ran out of time", detail);
            case CANCELLED -> new Problem(503, "cancelled", "The call was cancelled", detail);
            case TOO_LARGE -> new Problem(413, FunctionHandler.TOO_LARGE, "Too large", detail);
            case NO_MEMORY -> new Problem(503, "busy", "No room just now", detail);
            case LOADING -> new Problem(503, "function-loading", "Not ready yet", detail);
            case NOT_LOADED -> new Problem(500, "function-refused", "The function's module cannot be used", detail);
            case TOO_DEEP -> new Problem(502, "function-trapped", "The function trapped", detail);
            case BODY -> new Problem(400, "bad-request", "The request broke off", detail);
        };
    }
}
