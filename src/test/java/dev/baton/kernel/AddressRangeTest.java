package dev.baton.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    private static final long MIB = 1 << 20;

    private final FaultyMemory kernel = new FaultyMemory();

    @Test
    void itGrowsInPlaceAndOnlyWhatIsUsableIsShown() {
        try (AddressRange range = AddressRange.reserve(kernel, 64 * MIB)) {
            long base = range.base();
            assertThatThrownBy(() -> range.view(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            range.use(100);
            assertThat(range.usable()).isEqualTo(kernel.pageSize());
            range.view(0, 8).putLong(0, 42);
            range.use(64 * MIB);
            assertThat(range.base()).isEqualTo(base);
            assertThat(range.view(0, 8).getLong(0)).isEqualTo(42);
            assertThat(range.view(64 * MIB - 1, 1).get(0)).isZero();
            assertThatThrownBy(() -> range.use(64 * MIB + 1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(kernel.mappings()).isEqualTo(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {8192, 200 * 1024, 3 << 20, 130 << 20})
    void clearingZeroesWhatWasTouchedAndTouchesNothingElse(long size) {
        try (AddressRange range = AddressRange.reserve(kernel, size)) {
            range.use(size);
            ByteBuffer all = range.view(0, size);
            for (long at = 0; at < size; at += size / 5) {
                all.put((int) at, (byte) 1);
            }
            // Six pages have been touched, huge ones where the kernel has them and the range grew by much.
            long most = size < 4 << 20 ? Math.max(256L << 10, 6L * kernel.pageSize()) : 12L << 20;
            assertThat(range.clear()).isBetween(1L, most);
            for (long at = 0; at < size; at += size / 5) {
                assertThat(all.get((int) at)).isZero();
            }
        }
    }

    @Test
    void refusalsNameTheCallAndLeaveNothingBehind() {
        kernel.fail("mmap", Errno.ENOMEM, 1);
        assertThatThrownBy(() -> AddressRange.reserve(kernel, MIB)).hasMessage("mmap: ENOMEM");
        kernel.fail("mprotect", Errno.ENOMEM, 1);
        try (AddressRange range = AddressRange.reserve(kernel, MIB)) {
            assertThatThrownBy(() -> range.use(MIB)).hasMessage("mprotect: ENOMEM");
            assertThat(range.usable()).isZero();
        }
        assertThatThrownBy(() -> AddressRange.reserve(kernel, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(kernel.mappings()).isEqualTo(0);
    }

    @Test
    void afterCloseItThrowsInsteadOfCrashing() {
        AddressRange range = AddressRange.reserve(kernel, MIB);
        range.use(MIB);
        range.close();
        range.close();
        assertThatThrownBy(() -> range.view(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(range::clear).isInstanceOf(IllegalStateException.class);
        assertThat(kernel.mappings()).isEqualTo(0);
    }
}
