package dev.baton.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HoldingTest {
    private static final Holding BEFORE =
            new Holding(20, 2, 30, 0, 12, 0, Objects.NONE, 0, 0, 0, 0, 3 << 20, 120 << 10, 18);

    @Test
    void keptConnectionsAndPipesAreNoLeaks() {
        assertThat(new Holding(18, 4, 30, 0, 10, 0, Objects.NONE, 0, 0, 0, 0, 4 << 20, 125 << 10, 18).leaks(BEFORE))
                .isEmpty();
    }

    @Test
    void whateverIsLeftOverIsNamed() {
        assertThat(new Holding(21, 2, 31, 0, 12, 0, Objects.NONE, 0, 0, 0, 0, 3 << 20, 120 << 10, 18).leaks(BEFORE))
                .containsExactly("sockets beside kept connections: 9, expected at most 8");
        assertThat(new Holding(20, 2, 31, 0, 12, 0, Objects.NONE, 0, 0, 0, 0, 3 << 20, 120 << 10, 18).leaks(BEFORE))
                .containsExactly("other descriptors: 9, expected at most 8");
        assertThat(new Holding(20, 20, 48, 0, 12, 0, Objects.NONE, 0, 0, 0, 0, 3 << 20, 120 << 10, 18).leaks(BEFORE))
                .containsExactly("ends of pipes: 20, expected at most 18");
        assertThat(new Holding(20, 2, 30, 1, 12, 0, Objects.NONE, 2, 3, 4, 0, 3 << 20, 120 << 10, 18).leaks(BEFORE))
                .containsExactly(
                        "connections: 1, expected at most 0",
                        "requests in flight: 2, expected at most 0",
                        "permits of the breaker: 3, expected at most 0",
                        "places in the breaker's queue: 4, expected at most 0");
        assertThat(new Holding(20, 2, 30, 0, 12, 0, Objects.NONE, 0, 0, 0, 0.5, 90 << 20, 120 << 10, 18).leaks(BEFORE))
                .hasSize(2);
    }
}
