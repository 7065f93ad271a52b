package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearMemoryTest {
    private static final int PAGE = Memory.PAGE_SIZE;

    private final AtomicLong now = new AtomicLong();
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    private LinearMemories memories(long budget, long warm) {
        return new LinearMemories(LinearMemories.PAGES_MAX, budget, warm, Duration.ofSeconds(30), clock);
    }

    @ParameterizedTest(name = "address {0}, length {1}")
    @CsvSource({
        "65536, 1",
        "65535, 2",
        "-1, 1",
        "-1, -1",
        "0, -1",
        "1, 2147483647",
        "2147483647, 1",
        "2147483647, 2147483647",
        "-2147483648, 1",
        "-65536, 65537",
        "65537, 0"
    })
    void accessesOutsideTrap(int address, int length) {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 2, 0);
            assertThat(memory.holds(address, length)).isFalse();
            assertTraps(() -> memory.readBytes(address, length));
            assertTraps(() -> memory.copy(0, address, length));
            assertTraps(() -> memory.copy(address, 0, length));
            assertTraps(() -> memory.fill((byte) 1, address, address + length));
            assertTraps(() -> memory.view(address, length));
            assertTraps(() -> memory.copyTo(memory, address, 0, length));
            assertTraps(() -> memory.copyTo(memory, 0, address, length));
            assertTraps(() -> memory.write(address, new byte[16], 0, length));
            memory.close();
        }
    }

    @Test
    void everyAccessorChecksItsWholeWidth() {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 1, 0);
            memory.writeLong(PAGE - 8, -1L);
            assertThat(memory.readLong(PAGE - 8)).isEqualTo(-1L);
            assertTraps(() -> memory.read(PAGE));
            assertTraps(() -> memory.readShort(PAGE - 1));
            assertTraps(() -> memory.readU16(PAGE - 1));
            assertTraps(() -> memory.readInt(PAGE - 3));
            assertTraps(() -> memory.readLong(PAGE - 7));
            assertTraps(() -> memory.readFloat(PAGE - 3));
            assertTraps(() -> memory.readDouble(PAGE - 7));
            assertTraps(() -> memory.writeByte(PAGE, (byte) 0));
            assertTraps(() -> memory.writeShort(PAGE - 1, (short) 0));
            assertTraps(() -> memory.writeI32(PAGE - 3, 0));
            assertTraps(() -> memory.writeLong(PAGE - 7, 0));
            assertTraps(() -> memory.writeF32(PAGE - 3, 0));
            assertTraps(() -> memory.writeF64(PAGE - 7, 0));
            assertTraps(() -> memory.read(-1));
            memory.close();
        }
    }

    @Test
    void lengthZeroAtTheEndIsInside() {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 1, 0);
            assertThat(memory.holds(PAGE, 0)).isTrue();
            assertThat(memory.readBytes(PAGE, 0)).isEmpty();
            memory.copy(PAGE, PAGE, 0);
            memory.fill((byte) 1, PAGE, PAGE);
            assertThat(memory.view(PAGE, 0).remaining()).isZero();
            memory.close();
        }
    }

    @Test
    void valuesAreLittleEndianAndUnaligned() {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 1, 0);
            memory.writeLong(3, 0x0807060504030201L);
            assertThat(memory.readBytes(3, 8)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(memory.readInt(5)).isEqualTo(0x06050403);
            assertThat(memory.readShort(4)).isEqualTo((short) 0x0302);
            assertThat(memory.view(3, 8).getLong()).isEqualTo(0x0807060504030201L);
            memory.writeF64(9, -0.0);
            assertThat(Double.doubleToRawLongBits(memory.readDouble(9))).isEqualTo(Long.MIN_VALUE);
            memory.close();
        }
    }

    @Test
    void growingMovesNothingAndCannotPassTheMaximum() {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 3, 0);
            ByteBuffer before = memory.view(0, PAGE);
            memory.writeByte(PAGE - 1, (byte) 7);
            assertThat(memory.grow(0)).isEqualTo(1);
            assertThat(memory.grow(2)).isEqualTo(1);
            assertThat(memory.pages()).isEqualTo(3);
            assertThat(before.get(PAGE - 1)).isEqualTo((byte) 7);
            assertThat(memory.readLong(3 * PAGE - 8)).isZero();
            assertThat(memory.grow(1)).isEqualTo(-1);
            assertThat(memory.grow(-1)).isEqualTo(-1);
            assertThat(memory.grow(Integer.MAX_VALUE)).isEqualTo(-1);
            assertThat(memory.refused()).isFalse();
            memory.close();
        }
    }

    @Test
    void aMemoryMayReachTwoGibLessOnePage() {
        try (LinearMemories memories = memories(4L << 30, 0)) {
            LinearMemory memory = memories.acquire(1, 65536, 0);
            assertThat(memory.grow(LinearMemories.PAGES_MAX - 1)).isEqualTo(1);
            int last = (int) (memory.size() - 1);
            memory.writeByte(last, (byte) 9);
            assertThat(memory.read(last)).isEqualTo((byte) 9);
            assertThat(memory.view(last, 1).get()).isEqualTo((byte) 9);
            assertTraps(() -> memory.read(last + 1));
            assertThat(memory.grow(1)).isEqualTo(-1);
            memory.close();
        }
    }

    @Test
    void afterCloseEveryAccessTrapsAndNoneReachesTheNextOwner() {
        try (LinearMemories memories = memories(1 << 20, 1 << 20)) {
            LinearMemory memory = memories.acquire(1, 2, 0);
            memory.close();
            LinearMemory next = memories.acquire(1, 2, 0);
            assertThat(memories.figures().reused()).isEqualTo(1);
            assertTraps(() -> memory.read(0));
            assertTraps(() -> memory.writeLong(8, 1));
            assertTraps(() -> memory.copyTo(next, 0, 0, 1));
            assertTraps(() -> next.copyTo(memory, 0, 0, 1));
            assertThat(memory.grow(1)).isEqualTo(-1);
            assertThat(memory.pages()).isZero();
            assertThat(memory.view(0, 0).remaining()).isZero();
            memory.close();
            next.writeByte(0, (byte) 1);
            assertThat(next.read(0)).isEqualTo((byte) 1);
            next.close();
        }
    }

    @Test
    void aReusedMemoryIsZeroThroughout() {
        try (LinearMemories memories = memories(64 << 20, 64 << 20)) {
            int pages = 100;
            LinearMemory memory = memories.acquire(pages, pages, 0);
            memory.fill((byte) 0x55, 0, 10 * PAGE);
            memory.fill((byte) 0x55, 50 * PAGE + 1, 50 * PAGE + 2);
            memory.fill((byte) 0x55, 99 * PAGE, 100 * PAGE);
            memory.close();
            assertThat(memories.figures().warm()).isPositive().isLessThan(pages * (long) PAGE);
            LinearMemory next = memories.acquire(1, pages, 0);
            next.grow(pages - 1);
            assertThat(memories.figures().reused()).isEqualTo(1);
            for (int at = 0; at < pages * PAGE; at += 8) {
                if (next.readLong(at) != 0) {
                    throw new AssertionError("not zero at " + at);
                }
            }
            next.close();
        }
    }

    @Test
    void allMemoriesTogetherKeepTheBudget() {
        try (LinearMemories memories = memories(10L * PAGE, 10L * PAGE)) {
            LinearMemory a = memories.acquire(4, 100, 0);
            LinearMemory b = memories.acquire(4, 100, 0);
            assertThat(b.grow(3)).isEqualTo(-1);
            assertThat(b.refused()).isTrue();
            assertThat(b.grow(2)).isEqualTo(4);
            assertThatThrownBy(() -> memories.acquire(1, 1, 0))
                    .isInstanceOfSatisfying(
                            GuestException.class, e -> assertThat(e.kind()).isEqualTo(GuestException.Kind.NO_MEMORY));
            a.close();
            LinearMemory c = memories.acquire(4, 100, 0);
            c.close();
            b.close();
            assertThat(memories.figures().charged())
                    .isEqualTo(memories.figures().warm());
        }
    }

    @Test
    void whatAnEarlierGuestLeftResidentCountsToo() {
        try (LinearMemories memories = memories(100L * PAGE, 100L * PAGE)) {
            LinearMemory large = memories.acquire(90, 100, 0);
            large.fill((byte) 1, 40 * PAGE, 90 * PAGE);
            large.close();
            LinearMemory small = memories.acquire(1, 100, 0);
            small.fill((byte) 1, 0, PAGE);
            assertThat(memories.figures().charged()).isGreaterThanOrEqualTo(51L * PAGE);
            assertThat(small.grow(39)).isEqualTo(1);
            small.fill((byte) 1, 0, 40 * PAGE);
            assertThat(memories.figures().charged()).isGreaterThanOrEqualTo(90L * PAGE);
            small.close();
        }
    }

    @Test
    void idleMemoryGivesWayAndIsGivenBackInTime() {
        try (LinearMemories memories = memories(10L * PAGE, 10L * PAGE)) {
            LinearMemory a = memories.acquire(4, 4, 0);
            LinearMemory b = memories.acquire(4, 4, 0);
            a.fill((byte) 1, 0, 4 * PAGE);
            b.fill((byte) 1, 0, 4 * PAGE);
            a.close();
            b.close();
            assertThat(memories.figures().idle()).isEqualTo(2);
            LinearMemory large = memories.acquire(9, 9, 0);
            assertThat(memories.figures().idle()).isZero();
            large.fill((byte) 1, 0, 9 * PAGE);
            large.close();
            now.addAndGet(29_999);
            memories.trim();
            assertThat(memories.figures().warm()).isEqualTo(9L * PAGE);
            now.addAndGet(1);
            memories.trim();
            assertThat(memories.figures().charged()).isZero();
        }
    }

    /** Test 39. */
    @Test
    void overlappingCopiesAreAsIfThroughABuffer() {
        try (LinearMemories memories = memories(1 << 20, 0)) {
            LinearMemory memory = memories.acquire(1, 1, 0);
            for (int length : new int[] {1, 7, 8, 9, 63, 64, 65, 4096, 10_000}) {
                for (int shift : new int[] {-64, -9, -1, 0, 1, 3, 8, 65}) {
                    byte[] pattern = new byte[length];
                    for (int i = 0; i < length; i++) {
                        pattern[i] = (byte) (i * 31);
                    }
                    memory.write(20_000, pattern, 0, length);
                    memory.copy(20_000 + shift, 20_000, length);
                    assertThat(memory.readBytes(20_000 + shift, length))
                            .as("length %s, shift %s", length, shift)
                            .isEqualTo(pattern);
                }
            }
            memory.close();
        }
    }

    private static void assertTraps(org.assertj.core.api.ThrowableAssert.ThrowingCallable access) {
        assertThatThrownBy(access).isInstanceOf(WasmRuntimeException.class).hasMessageContaining("out of bounds");
    }
}
