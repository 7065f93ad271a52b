package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectationTest {
    private static final List<Step> ROWS =
            List.of(row(2, "copy", 10), row(3, "store", 10), row(3, "splice", 30), row(3, "-", -1));

    @Test
    void aRowThatTookThePathIsEnough() {
        assertThat(new Expectation(3, "splice").judge(ROWS)).isEqualTo(ROWS);
    }

    @Test
    void anotherPathFailsTheLargestRow() {
        assertThat(new Expectation(2, "splice").judge(ROWS).getFirst().failure())
                .isEqualTo("it took the path copy, not splice");
        List<Step> judged = new Expectation(3, "copy").judge(ROWS);
        assertThat(judged.get(2).failure()).contains("store, splice, -, not copy");
        assertThat(judged).filteredOn(Step::ok).hasSize(3);
    }

    @Test
    void aStepThatTheInputLeavesOutDoesNotMeetIt() {
        List<Step> judged = new Expectation(6, "neighbour").judge(List.of(Step.notApplicable(6, "x", "too large")));
        assertThat(judged).noneMatch(Step::ok);
    }

    @Test
    void theOwnReasonOfAFailedRowStays() {
        List<Step> failed = List.of(row(2, "copy", 10).failed("other bytes"));
        assertThat(new Expectation(2, "splice").judge(failed)).isEqualTo(failed);
    }

    @Test
    void readsWhatItWrites() {
        Expectation expectation = new Expectation(7, "splice + copy");
        assertThat(Expectation.parse(expectation.toString())).isEqualTo(expectation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2=", "=splice", "0=splice", "8=splice", "12=splice", "x=splice"})
    void whatIsNoneIsNull(String text) {
        assertThat(Expectation.parse(text)).isNull();
    }

    private static Step row(int number, String path, long bytes) {
        return new Step(
                number, path, path, bytes, Duration.ofMillis(1), Duration.ZERO, Map.of(), List.of(), null, "a note");
    }
}
