package dev.baton.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.kernel.Linux;
import dev.baton.kernel.Pipes;
import dev.baton.transfer.TransferStats;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RelaysTest {
    private final Linux linux = Linux.running();

    @Test
    void aBodyBeyondTheRelaysAtOnceIsLeftToTheEventLoop() {
        TransferStats stats = new TransferStats();
        int[] ends = new int[2];
        assertThat(linux.pipes().pipe2(ends, Pipes.O_CLOEXEC)).isZero();
        try (Relays relays = new Relays(Linux::running, 1, Duration.ofSeconds(1), stats)) {
            Relays.Move only = relays.prepare(ends[0], ends[1], 1);
            assertThat(only).isNotNull();
            assertThat(relays.prepare(ends[0], ends[1], 1)).isNull();
            assertThat(stats.fallbacks(RelayFallback.THREADS)).isOne();
            only.relay().close();
            only.pipe().close();
        } finally {
            linux.descriptors().close(ends[0]);
            linux.descriptors().close(ends[1]);
        }
    }
}
