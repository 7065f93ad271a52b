package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against what strconv.ParseInt of Go says with base 0. */
class GoIntegerTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "7, 7",
        "-1, -1",
        "+30, 30",
        "0x1e, 30",
        "0X1E, 30",
        "-0x1e, -30",
        "036, 30",
        "0o36, 30",
        "0O36, 30",
        "00, 0",
        "0b11110, 30",
        "1_000, 1000",
        "0x_1e, 30",
        "0_36, 30",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
    })
    void numbersAreReadAsGoReadsThem(String text, long number) {
        assertThat(GoInteger.parse(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "-",
                "many",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "1s",
                "#10",
                "0x",
                "0b",
                "0o",
                "08",
                "0b2",
                "0xg",
                "--1",
                "+-1",
                "_1",
                "1_",
                "1__0",
                "0x__1",
                "9223372036854775808",
                "\u0661",
            })
    void whatGoRefusesIsRefused(String text) {
        assertThatThrownBy(() -> GoInteger.parse(text)).isInstanceOf(NumberFormatException.class);
    }
}
