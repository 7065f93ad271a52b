package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {
    @Test
    void readsEachFlowExactly() {
        String page =
                """
                # TYPE baton_pull_bytes_total counter
                baton_pull_bytes_total{direction="in"} 7.0
                baton_pull_bytes_total{direction="out"} 1.073741825E9
                baton_pull_bytes_totals{direction="out"} 5.0
                other_total{direction="out"} 5.0
                baton_splice_bytes_total 6.0
                baton_call_bytes_total{operation="put",outcome="done",path="memory"} 1.0
                baton_call_bytes_total{operation="get",outcome="done",path="splice"} 2.0
                baton_call_bytes_total{operation="get",outcome="done",path="copy"} 3.0
                baton_call_bytes_total{operation="put",outcome="done",path="descriptor"} 10.0
                baton_call_bytes_total{operation="get",outcome="done",path="descriptor"} 11.0
                baton_call_bytes_total{operation="invoke",outcome="done",path="inline"} 4.0
                baton_call_bytes_total{operation="invoke",outcome="done",path="copy"} 5.0
                baton_call_bytes_total{operation="invoke",outcome="done",path="neighbour"} 8.0
                baton_calls_seconds_count{operation="get",outcome="done",path="copy"} 9.0
                baton_fallback_total{reason="splice"} 0.0
                baton_fallback_total{reason="threads"} 2.0
                """;
        assertThat(Counters.parse(page))
                .isEqualTo(new Counters(
                        Map.of(
                                Flow.PULLED_IN, 7L,
                                Flow.PULLED_OUT, 1_073_741_825L,
                                Flow.SPLICED, 6L,
                                Flow.PUT, 1L,
                                Flow.GET, 5L,
                                Flow.PUT_MEMORY, 10L,
                                Flow.GET_MEMORY, 11L,
                                Flow.INLINE, 4L,
                                Flow.REFERENCED, 5L,
                                Flow.NEIGHBOUR, 8L),
                        Map.of("threads", 2L)));
    }

    @Test
    void anOddNumberOfBytesBeyondFourGibibytesKeepsItsLastByte() {
        Counters counters = Counters.parse("baton_pull_bytes_total{direction=\"out\"} 9.007199254740991E15\n");
        assertThat(counters.of(Flow.PULLED_OUT)).isEqualTo(9_007_199_254_740_991L);
    }

    @Test
    void whatIsNotThereHasCountedNothing() {
        assertThat(Counters.parse("jvm_info 1\n\n#\nx\n")).isEqualTo(Counters.NONE);
    }

    @Test
    void aStepsOwnBytesAreWhatCameSinceItsBeginning() {
        Counters before = new Counters(Map.of(Flow.PUT, 5L, Flow.GET, 1L), Map.of("stock", 1L));
        Counters after = new Counters(Map.of(Flow.PUT, 7L, Flow.GET, 1L, Flow.INLINE, 3L), Map.of("stock", 1L));
        assertThat(after.since(before)).isEqualTo(new Counters(Map.of(Flow.PUT, 2L, Flow.INLINE, 3L), Map.of()));
        assertThat(Counters.sum(List.of(after.since(before), before)).of(Flow.PUT))
                .isEqualTo(7);
    }

    @Test
    void everyDifferenceIsNamedAlsoOfWhatIsNotDue() {
        Counters counted = new Counters(Map.of(Flow.PUT, 5L, Flow.GET, 1L), Map.of());
        assertThat(counted.differences(new Counters(Map.of(Flow.PUT, 5L, Flow.INLINE, 2L), Map.of())))
                .containsExactly("get 1 (due: 0)", "inline 0 (due: 2)");
        assertThat(counted.differences(counted)).isEmpty();
    }
}
