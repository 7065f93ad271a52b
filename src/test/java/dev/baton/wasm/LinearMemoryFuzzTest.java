package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;

/** Any accesses with any addresses and lengths: each does what an array would do, or traps and changes nothing. */
class LinearMemoryFuzzTest {
    private static final int PAGE = Memory.PAGE_SIZE;
    private static final int PAGES_MAX = 3;
    private static final int STEPS_MAX = 64;
    private static final LinearMemories MEMORIES =
            new LinearMemories(LinearMemories.PAGES_MAX, 1 << 20, 1 << 20, Duration.ofHours(1), InstantSource.system());

    @AfterAll
    static void close() {
        MEMORIES.close();
    }

    /** @param input steps of 13 octets: what to do, and three numbers */
    @FuzzTest
    void memory(byte[] input) {
        LinearMemory memory = MEMORIES.acquire(1, PAGES_MAX, 0);
        try {
            byte[] model = new byte[PAGE];
            ByteBuffer steps = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < STEPS_MAX && steps.remaining() >= 13; i++) {
                model = step(memory, model, steps.get(), steps.getInt(), steps.getInt(), steps.getInt());
                assertThat(memory.size()).isEqualTo(model.length);
            }
            assertThat(memory.readBytes(0, model.length)).isEqualTo(model);
        } finally {
            memory.close();
        }
    }

    private static byte[] step(LinearMemory memory, byte[] model, int what, int a, int b, int c) {
        switch (Math.floorMod(what, 9)) {
            case 0 -> {
                assertThat(memory.holds(a, b)).isEqualTo(unsigned(a) + unsigned(b) <= model.length);
                if (inside(model, a, b)) {
                    assertThat(memory.view(a, b)).isEqualTo(ByteBuffer.wrap(model, a, b));
                    assertThat(memory.readBytes(a, b)).isEqualTo(Arrays.copyOfRange(model, a, a + b));
                } else {
                    traps(() -> memory.view(a, b));
                    traps(() -> memory.readBytes(a, b));
                }
            }
            case 1 -> {
                if (within(model, a, b)) {
                    memory.fill((byte) c, a, b);
                    Arrays.fill(model, a, b, (byte) c);
                } else {
                    traps(() -> memory.fill((byte) c, a, b));
                }
            }
            case 2 -> {
                if (inside(model, a, c) && inside(model, b, c)) {
                    memory.copy(a, b, c);
                    System.arraycopy(model, b, model, a, c);
                } else {
                    traps(() -> memory.copy(a, b, c));
                }
            }
            case 3 -> {
                if (inside(model, a, c) && inside(model, b, c)) {
                    memory.copyTo(memory, a, b, c);
                    System.arraycopy(model, a, model, b, c);
                } else {
                    traps(() -> memory.copyTo(memory, a, b, c));
                }
            }
            case 4 -> {
                byte[] from = {1, 2, 3, 4, 5, 6, 7, 8};
                if (b >= 0 && c >= 0 && (long) b + c <= from.length && inside(model, a, c)) {
                    memory.write(a, from, b, c);
                    System.arraycopy(from, b, model, a, c);
                } else {
                    traps(() -> memory.write(a, from, b, c));
                }
            }
            case 5 -> {
                if (inside(model, a, 8)) {
                    memory.writeLong(a, (long) b << 32 | c);
                    little(model).putLong(a, (long) b << 32 | c);
                    assertThat(memory.readLong(a)).isEqualTo(little(model).getLong(a));
                } else {
                    traps(() -> memory.writeLong(a, c));
                    traps(() -> memory.readLong(a));
                    traps(() -> memory.readDouble(a));
                }
            }
            case 6 -> {
                if (inside(model, a, 4)) {
                    memory.writeI32(a, b);
                    little(model).putInt(a, b);
                    assertThat(memory.readInt(a)).isEqualTo(little(model).getInt(a));
                } else {
                    traps(() -> memory.writeI32(a, b));
                    traps(() -> memory.readInt(a));
                }
            }
            case 7 -> {
                if (inside(model, a, 2)) {
                    memory.writeShort(a, (short) b);
                    little(model).putShort(a, (short) b);
                    assertThat(memory.readU16(a)).isEqualTo(little(model).getShort(a) & 0xffffL);
                    memory.writeByte(a, (byte) c);
                    model[a] = (byte) c;
                    assertThat(memory.read(a)).isEqualTo((byte) c);
                } else {
                    traps(() -> memory.writeShort(a, (short) b));
                    traps(() -> memory.readShort(a));
                }
            }
            default -> {
                int pages = model.length / PAGE;
                boolean may = a >= 0 && a <= PAGES_MAX - pages;
                assertThat(memory.grow(a)).isEqualTo(may ? pages : -1);
                return may ? Arrays.copyOf(model, (pages + a) * PAGE) : model;
            }
        }
        return model;
    }

    private static ByteBuffer little(byte[] model) {
        return ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static boolean inside(byte[] model, int at, int length) {
        return at >= 0 && length >= 0 && (long) at + length <= model.length;
    }

    private static boolean within(byte[] model, int from, int to) {
        return from >= 0 && to >= from && to <= model.length;
    }

    private static void traps(Runnable access) {
        try {
            access.run();
        } catch (WasmRuntimeException trap) {
            return;
        }
        throw new AssertionError("an access outside has not trapped");
    }
}
