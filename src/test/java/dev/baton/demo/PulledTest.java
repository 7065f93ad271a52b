package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PulledTest {
    @Test
    void readsBothDirectionsExactly() {
        String page =
                """
                # TYPE baton_pull_bytes_total counter
                baton_pull_bytes_total{direction="in"} 7.0
                baton_pull_bytes_total{direction="out"} 1.073741825E9
                baton_pull_bytes_totals{direction="out"} 5.0
                other_total{direction="out"} 5.0
                """;
        assertThat(Pulled.parse(page)).isEqualTo(new Pulled(1_073_741_825, 7));
    }

    @Test
    void anOddNumberOfBytesBeyondFourGibibytesKeepsItsLastByte() {
        assertThat(Pulled.parse("baton_pull_bytes_total{direction=\"out\"} 9.007199254740991E15\n"))
                .isEqualTo(new Pulled(9_007_199_254_740_991L, 0));
    }

    @Test
    void severalSeriesOfOneDirectionAddUp() {
        String page =
                """
                baton_pull_bytes_total{direction="out",path="copy"} 1
                baton_pull_bytes_total{direction="out",path="splice"} 2
                """;
        assertThat(Pulled.parse(page)).isEqualTo(new Pulled(3, 0));
    }

    @Test
    void noCounterHasCountedNothing() {
        assertThat(Pulled.parse("jvm_info 1\n")).isEqualTo(new Pulled(0, 0));
    }

    @Test
    void splicedBytesAreReadOffTheirOwnCounter() {
        assertThat(Pulled.spliced("baton_splice_bytes_total 1.45959730E8\n")).isEqualTo(145_959_730);
        assertThat(Pulled.spliced("baton_pull_bytes_total{direction=\"in\"} 3\n"))
                .isZero();
    }
}
