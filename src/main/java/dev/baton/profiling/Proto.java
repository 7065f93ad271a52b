package dev.baton.profiling;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** One message of Protocol Buffers, written field by field (protobuf.dev, "Encoding"). Not shared between threads. */
final class Proto {
    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Zero is left out, as it is what a field that is missing means. */
    Proto number(int field, long value) {
        if (value != 0) {
            varint(((long) field << 3) | VARINT);
            varint(value);
        }
        return this;
    }

    Proto packed(int field, long... values) {
        Proto all = new Proto();
        for (long value : values) {
            all.varint(value);
        }
        return bytes(field, all.bytes());
    }

    Proto text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto value) {
        return bytes(field, value.bytes());
    }

    private Proto bytes(int field, byte[] value) {
        varint(((long) field << 3) | BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
