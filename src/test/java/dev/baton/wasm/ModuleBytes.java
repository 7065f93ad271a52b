package dev.baton.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes Wasm modules by hand, right or wrong. */
final class ModuleBytes {
    static final int TYPE = 1;
    static final int IMPORT = 2;
    static final int FUNCTION = 3;
    static final int TABLE = 4;
    static final int MEMORY = 5;
    static final int GLOBAL = 6;
    static final int EXPORT = 7;
    static final int ELEMENT = 9;
    static final int CODE = 10;
    static final int DATA = 11;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Magic and version. */
    static ModuleBytes module() {
        return new ModuleBytes().raw(0, 'a', 's', 'm', 1, 0, 0, 0);
    }

    static ModuleBytes part() {
        return new ModuleBytes();
    }

    ModuleBytes raw(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    ModuleBytes number(long value) {
        long rest = value;
        while (rest >= 0x80) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    ModuleBytes name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        number(text.length);
        bytes.writeBytes(text);
        return this;
    }

    ModuleBytes append(ModuleBytes other) {
        bytes.writeBytes(other.bytes.toByteArray());
        return this;
    }

    ModuleBytes section(int id, ModuleBytes content) {
        raw(id).number(content.bytes.size());
        return append(content);
    }

    /** The same part so many times. */
    ModuleBytes times(int count, ModuleBytes each) {
        for (int i = 0; i < count; i++) {
            append(each);
        }
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
