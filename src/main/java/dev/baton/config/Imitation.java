package dev.baton.config;

import org.jspecify.annotations.Nullable;

/**
 * What the Go sidecar does and Baton, on purpose, does not. Each can be had back by its word in {@code BATON_IMITATE}, for
 * programs and tests that have come to rely on it; {@code all} stands for every one of them.
 */
public enum Imitation {
    INTERIM_STATUS(
            "interim-status",
            "after an interim answer (103) the final status is 200, whatever the program said, and no second one passes",
            "all pass, and the final status is the program's"),
    TIMEOUT_TEXT(
            "timeout-text",
            "a limit that ends a started chunked response appends `request timeout` to it and ends it as if it were whole",
            "the response is cut off, so that nobody takes it for whole"),
    INVOCATION_STATUS(
            "invocation-status",
            "a request that timed out or whose client left is measured as 200 in `kn.serving.invocation.duration`",
            "it is measured by its true status"),
    LATE_HEADERS(
            "late-headers",
            "a response of known length shows nothing, not even its head, before 4 KiB or its end",
            "what the program has sent is passed on at once"),
    UNORDERED_QUEUE(
            "unordered-queue",
            "a request that comes at the right moment overtakes those that wait for a free place",
            "first come, first served"),
    CONTENT_SNIFFING(
            "content-sniffing",
            "a response without Content-Type gets one guessed from its first bytes",
            "none is added: a wrong guess can turn data into a page with scripts"),
    UPGRADE_TIMEOUTS(
            "upgrade-timeouts",
            "a connection that has been upgraded is cut by the response-start and idle limits",
            "these two limits end with the upgrade; the overall limit holds"),
    STALE_CONNECTIONS(
            "stale-connections",
            "a POST is sent on a kept connection that the program has closed already, and answered 502 `EOF`",
            "the connection's state is asked for first, and a new one is opened"),
    LENIENT_FRAMING(
            "lenient-framing",
            "folded fields, equal Content-Lengths, Content-Length beside chunked, blanks behind a chunk's size, anything"
                    + " in its extension, blanks in names of trailers, lengths and encodings among them and HTTP/1.2 are"
                    + " accepted, chunked in HTTP/1.0 is ignored; a broken chunk or trailer is 502; a path of HTTP/2 may have blanks"
                    + " or an authority; a frame of HTTP/2 may have a mebibyte, all of it gathered before it is read",
            "each is answered 400 or 505, before anything of it is forwarded; frames have at most 16 KiB"),
    DROPPED_TRAILERS(
            "dropped-trailers", "trailers of a request are announced to the program and not sent", "they are sent"),
    HALF_DUPLEX(
            "half-duplex",
            "without `ENABLE_HTTP_FULL_DUPLEX` a response waits until its HTTP/1 request has been read, up to 256 KiB of it",
            "a response begins when the program begins it");

    private final String word;
    private final String upstream;
    private final String here;

    Imitation(String word, String upstream, String here) {
        this.word = word;
        this.upstream = upstream;
        this.here = here;
    }

    /** Its name in the setting. */
    public String word() {
        return word;
    }

    /** What the Go sidecar does, for the README. */
    String upstream() {
        return upstream;
    }

    /** What Baton does when it is not told otherwise, for the README. */
    String here() {
        return here;
    }

    static @Nullable Imitation of(String word) {
        for (Imitation imitation : values()) {
            if (imitation.word.equals(word)) {
                return imitation;
            }
        }
        return null;
    }
}
