package dev.baton.handover;

import dev.baton.http.Problem;
import dev.baton.transfer.ByDescriptor.Kept;
import dev.baton.transfer.Taken;
import java.nio.charset.StandardCharsets;

/** The texts of answers: as HTTP's, a line with the status, fields, an empty line, and the body if it is not a descriptor. */
final class Reply {
    private static final String OCTETS = "application/octet-stream";
    /** The longest that this sidecar keeps; another's may be longer, and a packet's text has an end. */
    private static final int FIELD_CHARS_MAX = 256;

    private Reply() {}

    static String of(Taken taken) {
        String contentType = fits(taken.contentType()) ? taken.contentType() : OCTETS;
        String digest = taken.digest();
        return "200 OK\ncontent-type: " + contentType + "\ncontent-length: "
                + taken.memory().size() + (digest != null && fits(digest) ? "\nrepr-digest: " + digest : "") + "\n\n";
    }

    private static boolean fits(String value) {
        return value.length() <= FIELD_CHARS_MAX;
    }

    static String of(Kept kept) {
        return "201 Created\ncontent-type: text/plain; charset=utf-8\ncontent-length: "
                + kept.reference().length() + "\nbaton-size: " + kept.size() + "\nbaton-expires: " + kept.expires()
                + "\n\n" + kept.reference();
    }

    static String of(Problem problem) {
        String json = problem.json();
        return problem.status() + " Error\ncontent-type: application/problem+json\nbaton-error: " + problem.code()
                + "; reached=no\ncontent-length: " + json.getBytes(StandardCharsets.UTF_8).length + "\n\n" + json;
    }
}
