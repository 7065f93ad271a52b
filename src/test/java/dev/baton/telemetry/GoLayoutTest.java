package dev.baton.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values are what Go's {@code time.Time.Format} makes of the same instant. */
class GoLayoutTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2006-01-02 15:04:05.000 MST|2026-02-03 12:05:06.070 UTC",
                "Mon Jan _2 03:04PM 06 -07:00 .999|Tue Feb  3 12:05PM 26 +00:00 .07",
                "Monday, 02-January-06 3:4:5 pm|Tuesday, 03-February-26 12:5:6 pm",
                "2006-01-02T15:04:05.999999999Z07:00|2026-02-03T12:05:06.0700809Z",
                "1/2/2006 __2 002 Z0700 Z07 -0700 -07 -070000 -07:00:00|2/3/2026  34 034 Z Z +0000 +00 +000000 +00:00:00",
                "Months Janet Monster|Months Janet Monster",
                "x_2006 ,000000 .12 .|x_2026 ,070080 .23 .",
            })
    void aLayoutIsWrittenAsGoWritesIt(String layout, String written) {
        assertThat(GoLayout.format(layout, Instant.parse("2026-02-03T12:05:06.070080900Z")))
                .isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"03:04:05.999PM|12:00:00AM", "15 3 04 .99|00 12 00"})
    void midnightIsTwelveAndNinesLeaveOutNothing(String layout, String written) {
        assertThat(GoLayout.format(layout, Instant.parse("2026-02-03T00:00:00Z"))
                        .strip())
                .isEqualTo(written);
    }
}
