package dev.baton.kernel;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/**
 * Loads, stores and copies at plain addresses, for memories that check their own bounds (a Wasm linear memory): <b>no check at all</b> is
 * made here, so a wrong address reads foreign memory or crashes the process. Values are in the machine's byte order, which is little-endian
 * on the processors that Baton runs on.
 *
 * <p>By Unsafe, because it was measured against {@code MemorySegment} and {@code ByteBuffer} on JDK 25 under compiled Wasm (SHA-256 of 10 MiB
 * by a C guest: Unsafe 63 ms, a constant segment over the whole address space 245 ms, a ByteBuffer 170-280 ms). It needs
 * {@code --sun-misc-unsafe-memory-access=allow}, else the JVM prints a warning at the first access and, from some later release on, refuses.
 *
 * <p>Any thread; what several threads see of each other's stores is as for plain fields.
 */
@SuppressWarnings("removal") // Deprecated for removal, and several times as fast as what is to replace it; see above.
public final class RawMemory {
    private static final Unsafe UNSAFE = unsafe();
    private static final long BYTES = Unsafe.ARRAY_BYTE_BASE_OFFSET;

    private RawMemory() {}

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static short getShort(long address) {
        return UNSAFE.getShort(address);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    /** Copies; the two ranges may overlap. */
    public static void copy(long from, long to, long bytes) {
        UNSAFE.copyMemory(from, to, bytes);
    }

    /** Copies from an array, whose bounds are not checked either. */
    public static void copy(byte[] from, int offset, long to, int bytes) {
        UNSAFE.copyMemory(from, BYTES + offset, null, to, bytes);
    }

    /** Copies to an array, whose bounds are not checked either. */
    public static void copy(long from, byte[] to, int offset, int bytes) {
        UNSAFE.copyMemory(null, from, to, BYTES + offset, bytes);
    }

    public static void fill(long address, long bytes, byte value) {
        UNSAFE.setMemory(address, bytes, value);
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("sun.misc.Unsafe is not accessible", e);
        }
    }
}
