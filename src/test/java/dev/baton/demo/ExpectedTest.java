package dev.baton.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectedTest {
    private static final Input INPUT = new Input(Path.of("f"), 100, "aa");
    private static final Expected THREE_GETS = new Expected("reference", 3, 300, 0);
    private static final Expected INLINE = new Expected("inline", 1, 0, 0);
    private static final Pulled NOTHING = new Pulled(0, 0);

    @Test
    void equalHashesAndExactCountersPass() {
        assertThat(THREE_GETS.judge(INPUT, List.of("aa", "aa", "aa"), 300, new Pulled(300, 0), new Pulled(0, 300)))
                .isNull();
        assertThat(INLINE.judge(INPUT, List.of("aa"), 100, NOTHING, NOTHING)).isNull();
    }

    @Test
    void oneOtherHashFails() {
        assertThat(THREE_GETS.judge(INPUT, List.of("aa", "ab", "aa"), 300, new Pulled(300, 0), new Pulled(0, 300)))
                .contains("SHA-256 ab");
    }

    @Test
    void aReceiverThatSaysNothingFails() {
        assertThat(INLINE.judge(INPUT, List.of(), 0, NOTHING, NOTHING)).contains("0 receivers");
    }

    @Test
    void bytesThatTookAnotherWayFail() {
        assertThat(INLINE.judge(INPUT, List.of("aa"), 100, new Pulled(100, 0), new Pulled(0, 100)))
                .contains("due: 0");
        assertThat(THREE_GETS.judge(INPUT, List.of("aa", "aa", "aa"), 300, NOTHING, NOTHING))
                .contains("due: 300");
    }

    @Test
    void oneByteTooManyOnEitherSideFails() {
        List<String> sha256 = List.of("aa", "aa", "aa");
        assertThat(THREE_GETS.judge(INPUT, sha256, 300, new Pulled(301, 0), new Pulled(0, 300)))
                .isNotNull();
        assertThat(THREE_GETS.judge(INPUT, sha256, 300, new Pulled(300, 0), new Pulled(0, 299)))
                .isNotNull();
        assertThat(THREE_GETS.judge(INPUT, sha256, 300, new Pulled(300, 1), new Pulled(0, 300)))
                .isNotNull();
    }
}
