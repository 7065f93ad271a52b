package dev.baton.handover;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any text of a packet: a get, a put whose fields could stand in an HTTP message, or the reason why it is neither. */
class PacketTextFuzzTest {
    @FuzzTest
    void packet(byte[] input) {
        switch (Request.of(new String(input, StandardCharsets.UTF_8))) {
            case Request.Get get -> assertThat(get.reference()).doesNotContain(" ", "\n");
            case Request.Put put -> {
                assertThat(put.wish().target()).startsWith("/v1/objects").doesNotContain(" ", "\n");
                assertThat(put.wish().size()).isGreaterThanOrEqualTo(-1);
                visible(put.wish().contentType());
                visible(put.wish().digest());
            }
            case Request.Unclear unclear -> assertThat(unclear.detail()).isNotEmpty();
        }
    }

    private static void visible(String value) {
        if (value != null) {
            assertThat(value.chars()).allMatch(c -> (c >= ' ' && c <= '~') || c == '\t');
        }
    }
}
