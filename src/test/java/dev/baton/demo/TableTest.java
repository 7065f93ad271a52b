package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsLineUp() {
        Table table = new Table("step", ">bytes", "");
        table.add("a long name", "1", "ok");
        table.add("b", "1,000,000", "");
        assertThat(table.text())
                .isEqualTo(
                        """
                step             bytes
                a long name          1  ok
                b            1,000,000
                """);
    }

    @Test
    void markdownKeepsTheAlignment() {
        Table table = new Table("step", ">bytes");
        table.add("a", "1");
        assertThat(table.markdown())
                .isEqualTo(
                        """
                | step | bytes |
                |---|---:|
                | a | 1 |
                """);
    }

    @Test
    void aMissingCellIsAMistake() {
        Table table = new Table("a", "b");
        assertThatThrownBy(() -> table.add("1")).isInstanceOf(IllegalArgumentException.class);
    }
}
