package dev.baton.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;

/**
 * Any text: opening never throws, and opens only what was sealed. Any payload that a holder of the key may have sealed: refused, or a
 * reference that is sealed and opened as itself.
 */
class ReferenceFuzzTest {
    private static final int PAYLOAD_BYTES = 80;

    private final ManualClock clock = new ManualClock();
    private final SecureRandom random = new SecureRandom();
    private final KeyRing keys = KeyRing.process(Duration.ofHours(1), clock, random);
    private final ReferenceCodec codec = new ReferenceCodec(keys, "tenant-a", clock, random);
    private final Reference sample = References.lasting(clock);
    private final String sealed = codec.seal(sample);

    /** @param input two octets that say how much of a good reference surrounds the text that follows; the same octets are a payload */
    @FuzzTest
    void reference(byte[] input) {
        if (input.length < 2) {
            return;
        }
        String text = new String(input, 2, input.length - 2, StandardCharsets.UTF_8);
        int head = Math.min(input[0] & 0xff, sealed.length());
        int tail = Math.min(input[1] & 0xff, sealed.length());
        String mixed = sealed.substring(0, head) + text + sealed.substring(sealed.length() - tail);
        Opened opened = codec.open(mixed);
        if (mixed.equals(sealed)) {
            assertThat(opened).isEqualTo(new Opened.Valid(sample));
        } else {
            assertThat(opened).isSameAs(Opened.Invalid.INSTANCE);
        }
        payload(Arrays.copyOf(input, PAYLOAD_BYTES));
    }

    private void payload(byte[] payload) {
        Reference read = ReferenceCodec.reference(ByteBuffer.wrap(payload));
        if (read != null) {
            assertThat(ReferenceCodec.reference(ByteBuffer.wrap(ReferenceCodec.payload(read))))
                    .isEqualTo(read);
            Opened opened = codec.open(codec.seal(read));
            assertThat(opened)
                    .isEqualTo(
                            clock.millis() < read.expiresAtMillis()
                                    ? new Opened.Valid(read)
                                    : new Opened.Expired(read));
        }
    }
}
