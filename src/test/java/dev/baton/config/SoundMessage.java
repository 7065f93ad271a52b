package dev.baton.config;

import static org.assertj.core.api.Assertions.assertThat;

/** What every error of the settings owes its reader. */
final class SoundMessage {
    private SoundMessage() {}

    /** One line that names the variable, of a length that fits a pod's status; endpoints may hold passwords, so nothing of a value. */
    static void check(ConfigException e, String variable) {
        assertThat(e.getMessage()).contains(variable).hasSizeLessThan(300);
        assertThat(e.getMessage().chars()).as(e.getMessage()).allMatch(c -> c >= 0x20 && c < 0x7f);
    }
}
