package dev.baton.tck;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HTTP/2 frames (RFC 9113) over one connection, for either side; small messages only, so that windows never matter. */
final class Frames {
    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    /** @param octets the payload, each octet as one character */
    record Frame(int type, int flags, int stream, String octets) {
        byte[] payload() {
            return octets.getBytes(StandardCharsets.ISO_8859_1);
        }

        boolean endsStream() {
            return (flags & END_STREAM) != 0 && type <= HEADERS;
        }

        /** The settings in a comparable form. */
        List<String> settings() {
            List<String> lines = new ArrayList<>();
            ByteBuffer pairs = ByteBuffer.wrap(payload());
            while (pairs.remaining() >= 6) {
                lines.add("setting " + pairs.getShort() + " = " + pairs.getInt());
            }
            lines.sort(null);
            return lines;
        }
    }

    private final DataInputStream in;
    private final OutputStream out;
    private final Hpack inbound = new Hpack();

    Frames(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** The next frame; {@code null} at the connection's end. */
    @Nullable
    Frame read() throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & Integer.MAX_VALUE;
            byte[] payload = in.readNBytes(length);
            return payload.length == length
                    ? new Frame(type, flags, stream, new String(payload, StandardCharsets.ISO_8859_1))
                    : null;
        } catch (EOFException end) {
            return null;
        }
    }

    /** Any thread; frames do not mix. */
    synchronized void write(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(9 + payload.length);
        frame.write(payload.length >> 16);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.write(type);
        frame.write(flags);
        frame.writeBytes(ByteBuffer.allocate(4).putInt(stream).array());
        frame.writeBytes(payload);
        out.write(frame.toByteArray());
        out.flush();
    }

    void headers(int stream, boolean last, List<Hpack.Field> fields) throws IOException {
        write(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, Hpack.encode(fields));
    }

    void data(int stream, boolean last, String octets) throws IOException {
        write(DATA, last ? END_STREAM : 0, stream, octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The fields of a HEADERS frame; blocks are decoded in the order of their arrival. */
    List<Hpack.Field> fields(Frame frame) throws IOException {
        byte[] block = frame.payload();
        int from = 0;
        int to = block.length;
        if ((frame.flags() & 8) != 0) {
            to -= block[0];
            from++;
        }
        if ((frame.flags() & 0x20) != 0) {
            from += 5;
        }
        return inbound.decode(java.util.Arrays.copyOfRange(block, from, to));
    }

    /** Answers what every peer must answer; true if the frame was of that kind. */
    boolean housekeeping(Frame frame) throws IOException {
        if (frame.type() == SETTINGS && (frame.flags() & ACK) == 0) {
            write(SETTINGS, ACK, 0, new byte[0]);
            return true;
        }
        if (frame.type() == PING && (frame.flags() & ACK) == 0) {
            write(PING, ACK, 0, frame.payload());
            return true;
        }
        return frame.type() == SETTINGS || frame.type() == PING || frame.type() == 8;
    }
}
