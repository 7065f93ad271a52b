package dev.baton.soak;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that tell by themselves whether octets are missing, doubled or another message's, and the octet stream of one
 * connection, read by lines and by counts. One thread for each instance; reading blocks.
 */
final class Octets {
    private static final int PERIOD = 251;
    private static final byte[] PATTERN = pattern();

    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private int at;
    private int end;

    Octets(InputStream in) {
        this.in = in;
    }

    private static byte[] pattern() {
        byte[] pattern = new byte[PERIOD * 512];
        for (int i = 0; i < pattern.length; i++) {
            pattern[i] = (byte) (i % PERIOD);
        }
        return pattern;
    }

    /** Writes octets {@code from} to {@code from + length} of the body that all messages have in common. */
    static void write(OutputStream out, int from, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int offset = (from + done) % PERIOD;
            int part = Math.min(length - done, PATTERN.length - offset);
            out.write(PATTERN, offset, part);
            done += part;
        }
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        return end > 0;
    }

    /** The next octet, -1 at the end. */
    int read() throws IOException {
        return at < end || fill() ? buffer[at++] & 0xff : -1;
    }

    /** The next line without its end; null when the stream ends before its first octet. */
    @Nullable
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = read(); c != '\n'; c = read()) {
            if (c < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new EOFException("in a line");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /**
     * Reads octets of a body.
     *
     * @param from where in the body they begin
     * @return whether they are the right ones
     */
    boolean body(long from, long length) throws IOException {
        boolean right = true;
        long done = 0;
        while (done < length) {
            if (at == end && !fill()) {
                throw new EOFException("in a body");
            }
            int offset = (int) ((from + done) % PERIOD);
            int part = (int) Math.min(length - done, Math.min(end - at, PATTERN.length - offset));
            right &= Arrays.equals(buffer, at, at + part, PATTERN, offset, offset + part);
            at += part;
            done += part;
        }
        return right;
    }

    String text(long length) throws IOException {
        StringBuilder text = new StringBuilder();
        for (long i = 0; i < length; i++) {
            int c = read();
            if (c < 0) {
                throw new EOFException("in a text");
            }
            text.append((char) c);
        }
        return text.toString();
    }

    void skip(long length) throws IOException {
        text(length);
    }

    /** Reads on until the end. */
    void rest() throws IOException {
        do {
            at = end;
        } while (fill());
    }
}
