package dev.baton.wasm;

import java.nio.charset.StandardCharsets;

/** Reads the primitives of the Wasm binary format from part of an array; whatever does not fit is a {@link LoadException}. */
final class ModuleReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    ModuleReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    int oneByte() throws LoadException {
        if (at >= end) {
            throw malformed("it ends too early");
        }
        return bytes[at++] & 0xff;
    }

    /** An unsigned LEB128 of at most 32 bits. */
    long number() throws LoadException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = oneByte();
            value |= (long) (b & 0x7f) << shift;
            if ((b & 0x80) == 0) {
                if (value > 0xffff_ffffL) {
                    break;
                }
                return value;
            }
        }
        throw malformed("a number is too large");
    }

    /** The length of a vector whose elements take at least one byte each: no length can claim more than there are bytes. */
    int count(String what, int most) throws LoadException {
        long count = number();
        if (count > most) {
            throw new LoadException("it has " + count + " " + what + ", more than " + most);
        }
        if (count > remaining()) {
            throw malformed("it claims " + count + " " + what);
        }
        return (int) count;
    }

    void skip(long count) throws LoadException {
        if (count > remaining()) {
            throw malformed("it ends too early");
        }
        at += (int) count;
    }

    /** A part of its own of that many bytes, which are skipped here. */
    ModuleReader part(long count) throws LoadException {
        int from = at;
        skip(count);
        return new ModuleReader(bytes, from, at);
    }

    String name() throws LoadException {
        int length = count("bytes in a name", 1000);
        String name = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return name;
    }

    /** Skips a signed or unsigned LEB128 of up to 64 bits. */
    private void skipNumber() throws LoadException {
        for (int i = 0; i < 10; i++) {
            if ((oneByte() & 0x80) == 0) {
                return;
            }
        }
        throw malformed("a number is too large");
    }

    /** Skips a constant expression with its end. */
    void skipConstant() throws LoadException {
        while (true) {
            int opcode = oneByte();
            switch (opcode) {
                case 0x0b -> {
                    return;
                }
                case 0x23, 0x41, 0x42, 0xd0, 0xd2 ->
                    skipNumber(); // global.get, i32.const, i64.const, ref.null, ref.func
                case 0x43 -> skip(4);
                case 0x44 -> skip(8);
                case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e -> {} // extended constants: add, sub, mul
                default -> throw malformed("a constant expression has opcode 0x%02x".formatted(opcode));
            }
        }
    }

    static LoadException malformed(String how) {
        return new LoadException("the module is malformed: " + how);
    }
}
