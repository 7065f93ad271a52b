package dev.baton;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
    private long used;
    private long live;
    private int collections;
    private final HeapKeeper keeper = new HeapKeeper(() -> used, () -> {
        collections++;
        used = live;
    });

    @Test
    void aHeapThatGrowsByGarbageIsCollectedAndOneAtRestIsLeftAlone() {
        used = HeapKeeper.LEAST_BYTES;
        live = 10 << 20;
        keeper.housekeeping();
        assertThat(collections).isZero();
        for (int i = 1; i <= 3; i++) {
            used = HeapKeeper.LEAST_BYTES + 1;
            keeper.housekeeping();
            assertThat(collections).isEqualTo(i);
        }
    }

    @Test
    void whatIsInUseMayGrowAndIsNotCollectedAgainAndAgain() {
        live = 60 << 20;
        used = live;
        for (int i = 0; i < 100; i++) {
            keeper.housekeeping();
        }
        assertThat(collections).isEqualTo(1);
        used = 2 * live + 1;
        keeper.housekeeping();
        assertThat(collections).isEqualTo(2);
    }
}
