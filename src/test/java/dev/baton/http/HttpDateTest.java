package dev.baton.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HttpDateTest {
    private static final DateTimeFormatter RFC =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private static String expected(long second) {
        return RFC.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
    }

    @Test
    void everyDayOfFourCenturiesIsRight() {
        for (long day = 0; day < 146_097; day++) {
            long second = day * 86_400 + day % 86_400;
            assertThat(HttpDate.format(second).toString()).isEqualTo(expected(second));
        }
    }

    @Test
    void everySecondOfADayIsRight() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long second = 784_111_777L + random.nextInt(86_400);
            assertThat(HttpDate.format(second).toString()).isEqualTo(expected(second));
        }
        assertThat(HttpDate.format(784_111_777L).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void thePresentIsThePresent() {
        long before = System.currentTimeMillis() / 1000;
        String now = HttpDate.now().toString();
        long after = System.currentTimeMillis() / 1000;
        assertThat(now).isIn(expected(before), expected(after), expected(before + 1));
    }
}
