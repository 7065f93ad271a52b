package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.wasm.GuestException.Kind;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests 38, 42 and 43: one guest sees nothing of another's memory, and neither of an earlier call's; growing and re-entering move nothing. */
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

    /** In the middle of placing a body the host is asked for the same again, in an instance of its own, as deep as calls may go. */
    @Test
    void anAllocatorThatCallsItsOwnFunctionEndsAtTheDepthAndTheBodyArrives() {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "reenters")) {
            byte[] body = "whole".getBytes(US_ASCII);
            assertThat(Guests.call(host, "reenters", body)).isEqualTo(body);
            assertThat(host.figures().instances()).isZero();
        }
    }

    @Test
    void growingInTheMiddleOfANeighbourCallMovesNothing() throws Exception {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "echo")) {
            Guest caller = guest(host, "echo");
            GuestClock clock = host.newClock();
            clock.start();
            caller.join(new CallChain(clock, 4));
            byte[] body = new byte[700_000];
            new Random(7).nextBytes(body);
            int at = caller.allocate(body.length);
            caller.memory().write(at, body);
            int before = caller.memory().pages();
            // The callee grows for the body, the caller for the answer, while both regions are in use.
            long answer = NeighbourCall.invoke(caller, "echo", at, body.length);
            clock.stop();
            assertThat(answer).isPositive();
            assertThat((int) answer).isEqualTo(body.length);
            assertThat(caller.memory().pages()).isGreaterThan(before);
            assertThat(caller.memory().readBytes((int) (answer >>> 32), body.length))
                    .isEqualTo(body);
            assertThat(caller.memory().readBytes(at, body.length)).isEqualTo(body);
            caller.close();
            Guests.awaitMemory(host);
        }
    }

    @Test
    void aClosedInstanceTraps() throws Exception {
        try (FunctionHost host = Guests.hostile(Guests.limits(), "echo")) {
            Guest closed = guest(host, "echo");
            closed.close();
            closed.close();
            Guest next = guest(host, "echo");
            assertThatThrownBy(() -> closed.allocate(10)).isInstanceOf(GuestException.class);
            assertThatThrownBy(() -> closed.memory().view(0, 1)).hasMessageContaining("out of bounds");
            assertThat(next.allocate(10)).isPositive();
            next.close();
        }
    }

    private static Guest guest(FunctionHost host, String name) throws LoadException {
        Guest.Module module =
                new ModuleLoader(host.limits(), host.memories(), new DeadlineWatch()).load(Guests.hostile(name));
        return new Guest(host.function(name), module, host.memories(), 0);
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
