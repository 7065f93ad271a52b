package dev.baton.floods;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A header block written by hand (RFC 7541), so that it may also hold what no encoder would write. */
public final class Block {
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

    /** {@code GET} of a path, with all pseudo-header fields. */
    public static Block get(String path) {
        return new Block()
                .field(":method", "GET")
                .field(":scheme", "http")
                .field(":path", path)
                .field(":authority", "app.test");
    }

    /** The same for {@code POST}. */
    public static Block post(String path) {
        return new Block()
                .field(":method", "POST")
                .field(":scheme", "http")
                .field(":path", path)
                .field(":authority", "app.test");
    }

    /** A literal field that is not indexed. */
    public Block field(String name, String value) {
        return literal(0x00, name, value);
    }

    /** A literal field that the decoder keeps, as entry 62 until the next one. */
    public Block kept(String name, String value) {
        return literal(0x40, name, value);
    }

    private Block literal(int kind, String name, String value) {
        octets.write(kind);
        text(name);
        text(value);
        return this;
    }

    private void text(String text) {
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        int rest = latin.length;
        if (rest < 127) {
            octets.write(rest);
        } else {
            octets.write(127);
            for (rest -= 127; rest >= 128; rest >>>= 7) {
                octets.write((rest & 127) | 128);
            }
            octets.write(rest);
        }
        octets.writeBytes(latin);
    }

    /** An entry of the table, so many times. */
    public Block indexed(int index, int times) {
        for (int i = 0; i < times; i++) {
            octets.write(0x80 | index);
        }
        return this;
    }

    public byte[] octets() {
        return octets.toByteArray();
    }
}
