package dev.baton.wasm;

import com.dylibso.chicory.runtime.ConstantEvaluators;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import dev.baton.kernel.RawMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A guest's linear memory: contiguous, at a base address that never moves, so that the host can copy, send and receive in place. Every access
 * is checked in long arithmetic; one outside traps. After {@link #close} its size is 0: every access traps, none reaches memory that now
 * belongs to another guest.
 *
 * <p>Its guest's thread only. Chicory's {@link Memory} asks for all these accessors.
 */
final class LinearMemory implements Memory {
    private static final DataSegment[] NO_SEGMENTS = {};

    private final LinearMemories owner;
    private final int initialPages;
    private final int maximumPages;

    private LinearMemories.@Nullable Range range;
    private long base;
    private long size;
    private boolean zeroed = true;
    private boolean refused;
    private DataSegment[] segments = NO_SEGMENTS;

    /** Over a range of which {@code initialPages} are already usable, and all bytes are zero. */
    LinearMemory(LinearMemories owner, LinearMemories.Range range, int initialPages, int maximumPages) {
        this.owner = owner;
        this.range = range;
        this.initialPages = initialPages;
        this.maximumPages = maximumPages;
        this.base = range.base();
        this.size = (long) initialPages * PAGE_SIZE;
    }

    /** Size in bytes. */
    long size() {
        return size;
    }

    /** The size that it may grow to. */
    long maximumBytes() {
        return (long) maximumPages * PAGE_SIZE;
    }

    /** Whether the guest has been refused to grow because all guests together use what they may, not because of its own maximum. */
    boolean refused() {
        return refused;
    }

    /** Whether [address, address + length) lies inside; both are unsigned, as the guest gave them. */
    boolean holds(int address, int length) {
        return Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) <= size;
    }

    /** A little-endian view of [address, address + length), which must lie inside; valid until close. */
    ByteBuffer view(int address, int length) {
        at(address, length);
        if (range == null) {
            return ByteBuffer.allocate(0);
        }
        return range.view(address, length);
    }

    /** The one copy of a neighbour call: from this memory into another's, both regions checked. They may be one memory and overlap. */
    void copyTo(LinearMemory to, int from, int at, int length) {
        RawMemory.copy(at(from, length), to.at(at, length), length);
    }

    /** Ends every access and gives the memory back for another guest. May be called again. */
    void close() {
        LinearMemories.Range last = range;
        if (last != null) {
            range = null;
            size = 0;
            base = 0;
            owner.release(last);
        }
    }

    private long at(int address, long length) {
        if (address < 0 || length < 0 || address + length > size) {
            throw outOfBounds();
        }
        return base + address;
    }

    private static WasmRuntimeException outOfBounds() {
        return new WasmRuntimeException("out of bounds memory access");
    }

    @Override
    public int pages() {
        return (int) (size / PAGE_SIZE);
    }

    @Override
    public int grow(int pages) {
        int before = pages();
        if (pages < 0 || pages > maximumPages - before || range == null) {
            return -1;
        }
        StackProbe.demand(); // An overflow amid the bookkeeping below would leave the budget wrong.
        long bytes = (long) (before + pages) * PAGE_SIZE;
        if (!owner.extend(range, bytes)) {
            refused = true;
            return -1;
        }
        size = bytes;
        return before;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return maximumPages;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public void initialize(Instance instance, DataSegment @Nullable [] data) {
        if (data == null) {
            return;
        }
        segments = data;
        for (DataSegment segment : data) {
            if (segment instanceof ActiveDataSegment active) {
                int offset = (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
                byte[] bytes = active.data();
                if (offset < 0 || (long) offset + bytes.length > size) {
                    throw new UninstantiableException("out of bounds memory access");
                }
                RawMemory.copy(bytes, 0, base + offset, bytes.length);
            }
        }
    }

    @Override
    public void initPassiveSegment(int segment, int to, int offset, int length) {
        write(to, segments[segment].data(), offset, length);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    /** The engine asks for this before it places the data; a range comes zeroed, and clearing it again would touch every page. */
    @Override
    public void zero() {
        if (!zeroed) {
            RawMemory.fill(base, size, (byte) 0);
        }
        zeroed = false;
    }

    @Override
    public void write(int address, byte[] from, int offset, int length) {
        if (offset < 0 || length < 0 || (long) offset + length > from.length) {
            throw outOfBounds();
        }
        RawMemory.copy(from, offset, at(address, length), length);
    }

    @Override
    public byte[] readBytes(int address, int length) {
        long from = at(address, length);
        byte[] bytes = new byte[length];
        RawMemory.copy(from, bytes, 0, length);
        return bytes;
    }

    @Override
    public void fill(byte value, int from, int to) {
        RawMemory.fill(at(from, (long) to - from), (long) to - from, value);
    }

    @Override
    public void copy(int to, int from, int length) {
        RawMemory.copy(at(from, length), at(to, length), length);
    }

    @Override
    public byte read(int address) {
        return RawMemory.getByte(at(address, Byte.BYTES));
    }

    @Override
    public void writeByte(int address, byte value) {
        RawMemory.putByte(at(address, Byte.BYTES), value);
    }

    @Override
    public short readShort(int address) {
        return RawMemory.getShort(at(address, Short.BYTES));
    }

    @Override
    public void writeShort(int address, short value) {
        RawMemory.putShort(at(address, Short.BYTES), value);
    }

    @Override
    public long readU16(int address) {
        return Short.toUnsignedLong(readShort(address));
    }

    @Override
    public int readInt(int address) {
        return RawMemory.getInt(at(address, Integer.BYTES));
    }

    @Override
    public void writeI32(int address, int value) {
        RawMemory.putInt(at(address, Integer.BYTES), value);
    }

    @Override
    public long readLong(int address) {
        return RawMemory.getLong(at(address, Long.BYTES));
    }

    @Override
    public void writeLong(int address, long value) {
        RawMemory.putLong(at(address, Long.BYTES), value);
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        return Float.intBitsToFloat(readInt(address));
    }

    @Override
    public void writeF32(int address, float value) {
        writeI32(address, Float.floatToRawIntBits(value));
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public double readDouble(int address) {
        return Double.longBitsToDouble(readLong(address));
    }

    @Override
    public void writeF64(int address, double value) {
        writeLong(address, Double.doubleToRawLongBits(value));
    }

    // Threads are refused at load, so a memory is one thread's and atomic accesses are plain ones under an uncontended
    // lock.

    @Override
    @SuppressWarnings("removal") // Part of the interface until the engine removes it.
    public Object lock(int address) {
        return this;
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        throw new WasmRuntimeException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        throw new WasmRuntimeException("expected shared memory");
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int threads) {
        return 0;
    }
}
