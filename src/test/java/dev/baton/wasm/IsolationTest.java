package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.wasm.GuestException.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One guest sees nothing of another's memory, and neither of an earlier call's. */
class IsolationTest {
    @Test
    void aGuestFindsNothingOfWhatAnotherLeft() {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "reads", "echo")) {
            assertThat(Guests.call(host, "reads", new byte[] {0x5a})).isEqualTo(Guests.ints(0));
            assertThat(host.memory().warm())
                    .as("a memory full of 0x5a was kept")
                    .isPositive();
            for (int i = 0; i < 3; i++) {
                assertThat(Guests.call(host, "reads", new byte[] {0x5b})).isEqualTo(Guests.ints(0));
            }
            assertThat(host.memory().reused()).isPositive();
        }
    }

    @Test
    void aGuestCannotReachWhatLiesBesideItsMemory() {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "reads")) {
            for (byte where : new byte[] {'o', 'n'}) {
                Guests.assertEnds(Kind.TRAP, () -> Guests.call(host, "reads", new byte[] {where}), "out of bounds");
            }
        }
    }

    @Test
    void aGuestThatCallsItselfWithoutEndIsToldSo() {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "mirror")) {
            assertThat(Guests.call(host, "mirror", new byte[] {1})).isEqualTo(Guests.longs(-GuestErrno.ELOOP));
        }
    }

    @Test
    void everyCallHasAnInstanceOfItsOwnUnlessItsStartIsDear() {
        byte[] body = "x".getBytes(US_ASCII);
        try (FunctionHost fresh = Guests.hostile(Guests.limits(), "counts")) {
            assertThat(Guests.call(fresh, "counts", body)).isEqualTo(Guests.ints(1, 0));
            assertThat(Guests.call(fresh, "counts", body)).isEqualTo(Guests.ints(1, 0));
        }
        try (FunctionHost again = Guests.hostile(Guests.withDearStart(Guests.limits(), Duration.ZERO), "counts")) {
            assertThat(Guests.call(again, "counts", body)).isEqualTo(Guests.ints(1, 0));
            assertThat(Guests.call(again, "counts", body))
                    .as("the second call, the first one's body and answer freed")
                    .isEqualTo(Guests.ints(2, 2));
            assertThatThrownBy(() -> Guests.call(again, "counts", "trap".getBytes(US_ASCII)))
                    .isInstanceOf(GuestException.class);
            assertThat(Guests.call(again, "counts", body))
                    .as("an instance that trapped is not used again")
                    .isEqualTo(Guests.ints(1, 0));
            again.tick();
            assertThat(again.dropIdle()).isTrue();
            assertThat(Guests.call(again, "counts", body)).isEqualTo(Guests.ints(1, 0));
        }
    }

    @Test
    void idleInstancesGiveWayWhenMemoryRunsOut() {
        FunctionLimits tight = Guests.withMemory(Guests.limits(), 256, 2 * 65536);
        try (FunctionHost host =
                Guests.hostile(Guests.withDearStart(tight, Duration.ZERO), "counts", "copies", "tables")) {
            Guests.call(host, "counts", new byte[] {1});
            Guests.call(host, "tables", Guests.ints(1));
            assertThat(Guests.call(host, "copies", Guests.ints(0, 0, 0))).hasSize(12);
        }
    }
}
