package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class WaysTest {
    @Test
    void pulledBytesWereSplicedOrCopied() {
        assertThat(taken(Map.of(Flow.PULLED_OUT, 100L, Flow.PULLED_IN, 100L, Flow.SPLICED, 100L, Flow.GET, 100L)))
                .isEqualTo("splice");
        assertThat(taken(Map.of(Flow.PULLED_OUT, 100L, Flow.PULLED_IN, 100L))).isEqualTo("copy");
    }

    @Test
    void oneReaderOfThreeThatFellBackIsSeen() {
        assertThat(taken(Map.of(Flow.PULLED_IN, 300L, Flow.SPLICED, 200L))).isEqualTo("splice + copy");
        assertThat(taken(Map.of(Flow.PULLED_IN, 300L, Flow.SPLICED, 100L))).isEqualTo("copy + splice");
    }

    @Test
    void theFirstBytesBesideAHeadAreNoWayOfTheirOwn() {
        assertThat(taken(Map.of(Flow.PULLED_IN, 1000L, Flow.SPLICED, 950L))).isEqualTo("splice");
    }

    @Test
    void linearMemoryStoreAndInlineHaveTheirNames() {
        assertThat(taken(Map.of(Flow.NEIGHBOUR, 100L))).isEqualTo("neighbour");
        assertThat(taken(Map.of(Flow.PUT, 100L))).isEqualTo("store");
        assertThat(taken(Map.of(Flow.INLINE, 100L))).isEqualTo("inline");
    }

    @Test
    void aDescriptorIsMemoryAlsoOfBytesThatCameFromAnotherPod() {
        assertThat(taken(Map.of(Flow.PUT_MEMORY, 100L))).isEqualTo("memory");
        assertThat(taken(Map.of(Flow.GET_MEMORY, 100L))).isEqualTo("memory");
        assertThat(taken(Map.of(Flow.PULLED_IN, 100L, Flow.GET_MEMORY, 100L))).isEqualTo("memory");
        assertThat(taken(Map.of(Flow.PULLED_IN, 200L, Flow.GET_MEMORY, 100L))).isEqualTo("copy + memory");
    }

    @Test
    void whatNoSidecarCountedPassedTheGatewayOrDidNotMove() {
        assertThat(Ways.taken(Counters.NONE, 130, 100)).isEqualTo("inline");
        assertThat(Ways.taken(Counters.NONE, 30, 100)).isEqualTo("-");
        assertThat(Ways.taken(Counters.NONE, 30, 0)).isEqualTo("-");
    }

    private static String taken(Map<Flow, Long> flows) {
        return Ways.taken(new Counters(flows, Map.of()), 10_000, 100);
    }
}
