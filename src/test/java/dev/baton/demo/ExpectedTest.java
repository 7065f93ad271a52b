package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExpectedTest {
    private static final Input INPUT = new Input(Path.of("f"), 100_000, "aa");
    private static final List<String> THREE = List.of("aa", "aa", "aa");
    private static final Expected THREE_GETS = Expected.receivers(3)
            .pulled(Role.PRODUCER, Role.CONSUMER, 300_000)
            .counted(Role.CONSUMER, Flow.GET, 300_000);
    private static final Expected INLINE =
            Expected.receivers(1).inline(100_000).counted(Role.PRODUCER, Flow.INLINE, 100_000);

    @Test
    void equalHashesAndExactCountersPass() {
        assertThat(THREE_GETS.judge(INPUT, THREE, 300_000, 1000, gets())).isNull();
        assertThat(INLINE.judge(INPUT, List.of("aa"), 100_000, 100_200, inline()))
                .isNull();
    }

    @Test
    void oneOtherHashFails() {
        assertThat(THREE_GETS.judge(INPUT, List.of("aa", "ab", "aa"), 300_000, 0, gets()))
                .contains("SHA-256 ab");
    }

    @Test
    void aReceiverThatSaysNothingFails() {
        assertThat(INLINE.judge(INPUT, List.of(), 0, 100_000, inline())).contains("0 receivers");
        assertThat(THREE_GETS.judge(INPUT, THREE, 200_000, 0, gets())).contains("200000 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "PRODUCER, PULLED_OUT, 1", "PRODUCER, PULLED_IN, 1", "CONSUMER, PULLED_IN, -1", "CONSUMER, GET, 1",
        "FUNCTIONS, NEIGHBOUR, 1", "FUNCTIONS, PULLED_OUT, 300000", "PRODUCER, INLINE, 1", "PRODUCER, PUT, 1"
    })
    void oneByteTooManyOrTooFewInAnyFlowFails(Role role, Flow flow, long more) {
        Map<Role, Counters> counted = gets();
        Map<Flow, Long> flows =
                new HashMap<>(counted.getOrDefault(role, Counters.NONE).bytes());
        flows.merge(flow, more, Long::sum);
        counted.put(role, new Counters(flows, Map.of()));
        assertThat(THREE_GETS.judge(INPUT, THREE, 300_000, 0, counted)).contains(role.letter() + " " + flow.label());
        assertThat(THREE_GETS.met(role, counted.get(role))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void howTheKernelMovedItIsNotPrescribed(Role role) {
        Map<Role, Counters> counted = gets();
        Map<Flow, Long> flows =
                new HashMap<>(counted.getOrDefault(role, Counters.NONE).bytes());
        flows.put(Flow.SPLICED, 299_000L);
        counted.put(role, new Counters(flows, Map.of("splice", 1L)));
        assertThat(THREE_GETS.judge(INPUT, THREE, 300_000, 0, counted)).isNull();
    }

    @Test
    void aDescriptorIsAPutOrGetLikeAnyOther() {
        Map<Role, Counters> counted = gets();
        counted.put(Role.CONSUMER, new Counters(Map.of(Flow.PULLED_IN, 300_000L, Flow.GET_MEMORY, 300_000L), Map.of()));
        assertThat(THREE_GETS.judge(INPUT, THREE, 300_000, 0, counted)).isNull();
    }

    @Test
    void aBodyThatPassesTheGatewayAgainstItsStepFails() {
        assertThat(THREE_GETS.judge(INPUT, THREE, 300_000, 100_500, gets())).contains("passed the gateway (due: 0");
        assertThat(INLINE.judge(INPUT, List.of("aa"), 100_000, 99_999, inline()))
                .contains("passed the gateway");
    }

    private static Map<Role, Counters> gets() {
        Map<Role, Counters> counted = new HashMap<>();
        counted.put(Role.PRODUCER, new Counters(Map.of(Flow.PULLED_OUT, 300_000L), Map.of()));
        counted.put(Role.CONSUMER, new Counters(Map.of(Flow.PULLED_IN, 300_000L, Flow.GET, 300_000L), Map.of()));
        return counted;
    }

    private static Map<Role, Counters> inline() {
        return Map.of(Role.PRODUCER, new Counters(Map.of(Flow.INLINE, 100_000L), Map.of()));
    }
}
