package dev.baton.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Status lines in the words of Go's net/http. The program's own words are not passed on: they mean nothing, and might hold
 * characters that end a line for some reader. Source: net/http/status.go.
 */
public final class GoStatus {
    private static final HttpResponseStatus ALREADY_REPORTED = new HttpResponseStatus(208, "Already Reported");
    private static final HttpResponseStatus IM_USED = new HttpResponseStatus(226, "IM Used");
    private static final HttpResponseStatus URI_TOO_LONG = new HttpResponseStatus(414, "Request URI Too Long");
    private static final HttpResponseStatus TEAPOT = new HttpResponseStatus(418, "I'm a teapot");
    private static final HttpResponseStatus TOO_EARLY = new HttpResponseStatus(425, "Too Early");
    private static final HttpResponseStatus LEGAL_REASONS =
            new HttpResponseStatus(451, "Unavailable For Legal Reasons");
    private static final HttpResponseStatus LOOP_DETECTED = new HttpResponseStatus(508, "Loop Detected");

    private GoStatus() {}

    /** Any thread. */
    public static HttpResponseStatus of(int code) {
        return switch (code) {
            case 200 -> HttpResponseStatus.OK;
            case 208 -> ALREADY_REPORTED;
            case 226 -> IM_USED;
            case 414 -> URI_TOO_LONG;
            case 418 -> TEAPOT;
            case 425 -> TOO_EARLY;
            case 451 -> LEGAL_REASONS;
            case 508 -> LOOP_DETECTED;
            default -> knownToBoth(code);
        };
    }

    private static HttpResponseStatus knownToBoth(int code) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(code);
        // Netty's words for a code that it does not know end like this.
        return status.reasonPhrase().endsWith(")") ? new HttpResponseStatus(code, "status code " + code) : status;
    }
}
