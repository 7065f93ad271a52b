package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The README's list of settings is the one in the code. {@code -Dbaton.readme=write} writes it there.
 */
class SettingsTableTest {
    @Test
    void theReadmeListsEverySettingAsItIs() throws IOException {
        ReadmeTable.holds("settings", table());
    }

    @Test
    void everyDefaultIsGivenAsItWouldBeWritten() {
        for (Setting setting : Setting.values()) {
            assertThat(setting.meaning())
                    .as(setting.name())
                    .isNotEmpty()
                    .doesNotContain("|", "\n")
                    .doesNotEndWith(".");
            if (!setting.computed()
                    && !setting.required()
                    && !setting.fallback().isEmpty()) {
                assertThat(given(Environment.minimal().with(setting.name(), setting.fallback())))
                        .as(setting.name())
                        .isEqualTo(given(Environment.minimal()));
            }
        }
    }

    /** All that compares by value, except where keys come from: naming the default folder is asking for it. */
    private static List<Object> given(Environment environment) {
        SidecarConfig config = environment.read();
        return List.of(
                config.identity(),
                config.ports(),
                config.bind(),
                config.timeouts(),
                config.proxy(),
                config.probes(),
                config.logging(),
                config.observability(),
                config.tls(),
                config.objects(),
                config.transfer(),
                config.keys().tenant(),
                config.functions());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| variable | value | default | meaning |\n|---|---|---|---|\n");
        for (Setting setting : Setting.values()) {
            String fallback = setting.fallback();
            String shown = setting.required()
                    ? "required"
                    : setting.computed()
                            ? fallback.substring(1, fallback.length() - 1)
                            : fallback.isEmpty() ? "" : "`" + fallback + "`";
            table.append("| `")
                    .append(setting.name())
                    .append("` | ")
                    .append(setting.kind().name().toLowerCase(Locale.ROOT))
                    .append(" | ")
                    .append(shown)
                    .append(" | ")
                    .append(setting.meaning())
                    .append(" |\n");
        }
        return table.toString();
    }
}
