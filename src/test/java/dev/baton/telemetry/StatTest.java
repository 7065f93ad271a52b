package dev.baton.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatTest {
    private static String hex(Stat stat) {
        return HexFormat.of().formatHex(stat.encode());
    }

    @Test
    @DisplayName("before the first report there is the pod's name alone")
    void initial() {
        assertThat(hex(Stat.initial("pod-x"))).isEqualTo("0a05706f642d78");
    }

    @Test
    @DisplayName("doubles are fixed64, little endian, in the order of their fields")
    void allFields() {
        assertThat(hex(new Stat("pod-x", 1, 0.5, 3, 2, 60)))
                .isEqualTo("0a05706f642d78"
                        + "11000000000000f03f"
                        + "19000000000000e03f"
                        + "210000000000000840"
                        + "290000000000000040"
                        + "310000000000004e40");
    }

    @Test
    @DisplayName("fields that are zero are left out")
    void zeroFields() {
        assertThat(hex(new Stat("pod-x", 1, 0, 3, 0, 60)))
                .isEqualTo("0a05706f642d78" + "11000000000000f03f" + "210000000000000840" + "310000000000004e40");
        assertThat(hex(new Stat("", 0, 0, 0, 0, 0))).isEmpty();
    }

    @Test
    @DisplayName("a name of 128 bytes and more has a length of two bytes")
    void longName() {
        assertThat(hex(Stat.initial("p".repeat(253))))
                .startsWith("0afd01" + "70")
                .hasSize(2 * (3 + 253));
    }

    @Test
    @DisplayName("the message never exceeds what the autoscaler reads of it")
    void sizeLimit() {
        assertThat(new Stat("p".repeat(253), 1, 1, 1, 1, 1).encode()).hasSizeLessThanOrEqualTo(Stat.MAX_BYTES);
        assertThat(new Stat("p".repeat(288), 1, 1, 1, 1, 1).encode()).hasSize(Stat.MAX_BYTES);
        assertThatThrownBy(() -> Stat.initial("p".repeat(289)).encode()).isInstanceOf(IllegalArgumentException.class);
    }
}
