package dev.baton.soak;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the soak needs to know of the head of a request or response, and how to read its body.
 *
 * @param start the first line
 * @param length of the body; -1 when nothing is said, -2 when it is chunked
 * @param reference to an object that is still being put
 */
record Head(String start, long length, boolean closes, boolean expects, String upgrade, String reference) {
    private static final int SILENT = -1;
    private static final int CHUNKED = -2;

    /** Null at the stream's end. */
    static @Nullable Head read(Octets in) throws IOException {
        String start = in.line();
        if (start == null) {
            return null;
        }
        long length = SILENT;
        boolean closes = false;
        boolean expects = false;
        String upgrade = "";
        String reference = "";
        for (String field = in.line(); field != null && !field.isEmpty(); field = in.line()) {
            int colon = field.indexOf(':');
            if (colon < 0) {
                throw new IOException("no field: " + field);
            }
            String value = field.substring(colon + 1).strip();
            switch (field.substring(0, colon).toLowerCase(java.util.Locale.ROOT)) {
                case "content-length" -> length = Long.parseLong(value);
                case "transfer-encoding" -> length = CHUNKED;
                case "connection" -> closes = value.equalsIgnoreCase("close");
                case "expect" -> expects = true;
                case "upgrade" -> upgrade = value;
                case "baton-reference" -> reference = value;
                default -> {}
            }
        }
        return new Head(start, length, closes, expects, upgrade, reference);
    }

    int status() {
        return Integer.parseInt(start.substring(9, 12));
    }

    /** The path's parts after the first slash. */
    String[] path() {
        return start.split(" ", 3)[1].substring(1).split("/", 3);
    }

    /**
     * Reads the body.
     *
     * @return its length, or -1 if it is not the body that all messages have in common
     */
    long body(Octets in) throws IOException {
        if (length != CHUNKED) {
            return in.body(0, Math.max(0, length)) ? Math.max(0, length) : -1;
        }
        boolean right = true;
        long done = 0;
        while (true) {
            String line = line(in);
            long size = Long.parseLong(line, 16);
            if (size == 0) {
                break;
            }
            right &= in.body(done, size);
            done += size;
            right &= line(in).isEmpty();
        }
        while (!line(in).isEmpty()) {
            // Trailers: that they are well-formed lines is enough here.
        }
        return right ? done : -1;
    }

    private static String line(Octets in) throws IOException {
        String line = in.line();
        if (line == null) {
            throw new java.io.EOFException("in chunks");
        }
        return line;
    }
}
