package dev.baton.soak;

import dev.baton.floods.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The user's program on one HTTP/2 connection. It reads no heads: which request it answers well and which it fails is left to
 * chance, so that its clients must be content with either. One thread, which blocks.
 */
final class Http2Program {
    static final int BODY_BYTES = 1024;
    /** The static table's entry for status 200. */
    private static final byte OK = (byte) 0x88;

    private static final int INTERNAL_ERROR = 2;

    private final Octets in;
    private final OutputStream out;

    /** @param in after the first empty line of the preface */
    Http2Program(Octets in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Serves until the connection ends. */
    void serve() throws IOException {
        in.line();
        in.line();
        send(RawHttp2.SETTINGS, 0, 0);
        out.flush();
        while (true) {
            int length = octet() << 16 | octet() << 8 | octet();
            int type = octet();
            int flags = octet();
            int stream = octet() << 24 | octet() << 16 | octet() << 8 | octet();
            byte[] payload = new byte[length];
            for (int i = 0; i < length; i++) {
                payload[i] = (byte) octet();
            }
            boolean asked = flags == 0 && (type == RawHttp2.SETTINGS || type == RawHttp2.PING);
            if (asked) {
                send(type, RawHttp2.ACK, 0, type == RawHttp2.PING ? payload : new byte[0]);
            } else if (type == RawHttp2.DATA && length > 0) {
                window(0, length);
            }
            if (type <= RawHttp2.HEADERS && (flags & RawHttp2.END_STREAM) != 0 && !answer(stream)) {
                return;
            }
            out.flush();
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    /** False ends the connection with all its streams. */
    private boolean answer(int stream) throws IOException {
        int chance = ThreadLocalRandom.current().nextInt(1000);
        if (chance < 2) {
            // No answer at all: a limit of the sidecar's runs out.
            return true;
        }
        if (chance < 5) {
            return false;
        }
        if (chance < 50) {
            out.write(RawHttp2.number(RawHttp2.RST_STREAM, stream, INTERNAL_ERROR));
            return true;
        }
        send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, OK);
        boolean whole = chance >= 100;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Octets.write(body, 0, whole ? BODY_BYTES : BODY_BYTES / 2);
        send(RawHttp2.DATA, whole ? RawHttp2.END_STREAM : 0, stream, body.toByteArray());
        if (!whole) {
            out.write(RawHttp2.number(RawHttp2.RST_STREAM, stream, INTERNAL_ERROR));
        }
        return true;
    }

    private void window(int stream, int octets) throws IOException {
        out.write(RawHttp2.number(RawHttp2.WINDOW_UPDATE, stream, octets));
    }

    private void send(int type, int flags, int stream, byte... payload) throws IOException {
        out.write(RawHttp2.frame(type, flags, stream, payload));
    }
}
