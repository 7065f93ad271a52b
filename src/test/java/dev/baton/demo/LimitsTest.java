package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
    private static final long LARGEST = (2L << 30) - (64 << 10);
    private static final long MUCH = 1L << 40;

    @ParameterizedTest
    @ValueSource(longs = {LARGEST + 1, 5L << 30})
    void beyondALinearMemoryNoMachineHelps(long bytes) {
        assertThat(Machine.limits(bytes, MUCH).linearMemoryTooSmall(bytes)).contains("2 GiB - 64 KiB");
    }

    @Test
    void theFunctionItselfNeedsRoomToo() {
        assertThat(Machine.limits(LARGEST, MUCH).linearMemoryTooSmall(LARGEST)).contains("no room for the function");
        assertThat(Machine.limits(LARGEST - Limits.OWN, MUCH).linearMemoryTooSmall(LARGEST - Limits.OWN))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 150L << 20})
    void whatFitsIsGivenRoomEverywhere(long bytes) {
        Limits limits = Machine.limits(bytes, 8L << 30);
        assertThat(limits.linearMemoryTooSmall(bytes)).isNull();
        assertThat(limits.functionsBytes()).isGreaterThan(2 * bytes);
        assertThat(limits.storeBytes()).isGreaterThan(bytes + bytes / 5);
    }

    @Test
    void aSmallMachineKeepsItsMemory() {
        Limits limits = Machine.limits(1L << 30, 1L << 30);
        assertThat(limits.linearMemoryTooSmall(1L << 30)).contains("not the memory");
        assertThat(limits.storeBytes() + limits.functionsBytes()).isLessThan(1L << 29);
    }
}
