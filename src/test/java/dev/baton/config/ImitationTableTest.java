package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The README's list of deliberate differences is the one in the code. {@code -Dbaton.readme=write} writes it there. */
class ImitationTableTest {
    @Test
    void theReadmeListsEveryDifferenceAsItIs() throws IOException {
        ReadmeTable.holds("imitations", table());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| word | the Go sidecar | Baton |\n|---|---|---|\n");
        for (Imitation imitation : Imitation.values()) {
            table.append("| `")
                    .append(imitation.word())
                    .append("` | ")
                    .append(imitation.upstream())
                    .append(" | ")
                    .append(imitation.here())
                    .append(" |\n");
        }
        return table.toString();
    }

    @Test
    void wordsAreReadOneByOneOrAllAtOnce() {
        assertThat(Environment.minimal().read().proxy().imitations()).isEmpty();
        assertThat(Environment.minimal()
                        .with("BATON_IMITATE", "late-headers, half-duplex")
                        .read()
                        .proxy()
                        .imitations())
                .containsExactlyInAnyOrder(Imitation.LATE_HEADERS, Imitation.HALF_DUPLEX);
        assertThat(Environment.minimal()
                        .with("BATON_IMITATE", "all")
                        .read()
                        .proxy()
                        .imitations())
                .containsExactlyInAnyOrder(Imitation.values());
    }

    @Test
    void anUnknownWordEndsTheStart() {
        assertThatThrownBy(() -> Environment.minimal()
                        .with("BATON_IMITATE", "everything")
                        .read())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("BATON_IMITATE: 'everything'");
    }
}
