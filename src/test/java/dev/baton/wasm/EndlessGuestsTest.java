package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest that does not end by itself is ended, its memory comes back, and its thread serves the next call. */
class EndlessGuestsTest {
    private static FunctionHost host;

    @BeforeAll
    static void load() {
        host = Guests.host(Guests.withCall(Guests.limits(), Duration.ofMillis(400)));
        host.load("endless", Guests.hostile("endless"));
        host.load("echo", Guests.hostile("echo"));
        host.load("endless-start", Guests.hostile("endless-start"));
    }

    @AfterAll
    static void close() {
        host.close();
        assertThat(host.memory().charged()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "fill", "sleep"})
    void whatGoesOnForEverIsStoppedAtItsDeadline(String how) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> Guests.call(host, "endless", how.getBytes(US_ASCII)))
                .isInstanceOfSatisfying(
                        GuestException.class, e -> assertThat(e.kind()).isEqualTo(GuestException.Kind.DEADLINE))
                .hasMessageContaining("400 ms");
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(400).toNanos());
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"recurse", "tail", "indirect", "host", "grow"})
    void whatGoesTooDeepTraps(String how) {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> Guests.call(host, "endless", how.getBytes(US_ASCII)))
                    .isInstanceOfSatisfying(
                            GuestException.class, e -> assertThat(e.kind()).isEqualTo(GuestException.Kind.TRAP))
                    .hasMessageContaining("call stack exhausted");
        }
        assertServes();
        host.dropIdle();
        LinearMemories.Figures figures = host.memories().figures();
        assertThat(figures.charged()).as("an overflow loses no memory").isEqualTo(figures.warm());
    }

    @Test
    void aModuleWhoseStartDoesNotEndIsRefused() {
        FunctionHost.Status status = Guests.status(host, "endless-start");
        assertThat(status.state()).isEqualTo(FunctionState.REFUSED);
        assertThat(status.reason()).contains("does not start").contains("400 ms");
        assertThatThrownBy(() -> Guests.call(host, "endless-start", new byte[0]))
                .isInstanceOfSatisfying(
                        GuestException.class, e -> assertThat(e.kind()).isEqualTo(GuestException.Kind.NOT_LOADED));
    }

    @Test
    void aCallThatNobodyWantsAnyMoreEnds() throws Exception {
        FunctionHost patient = Guests.hostile(Guests.withCall(Guests.limits(), Duration.ofMinutes(10)), "endless");
        GuestClock clock = patient.newClock();
        CountDownLatch ended = new CountDownLatch(1);
        GuestException[] why = new GuestException[1];
        patient.threads().call(() -> {
            try {
                clock.start();
                byte[] body = "loop".getBytes(US_ASCII);
                patient.function("endless")
                        .call(new Guests.Bytes(body, 4, 4), new Guests.Collected(), new CallChain(clock, 1));
            } catch (GuestException e) {
                why[0] = e;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                clock.stop();
                ended.countDown();
            }
        });
        Thread.sleep(100);
        clock.cancel();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(why[0].kind()).isEqualTo(GuestException.Kind.CANCELLED);
        patient.close();
        assertThat(patient.memory().charged()).isZero();
    }

    @Test
    void aCallCancelledBeforeItStartsDoesNotStart() {
        GuestClock clock = host.newClock();
        clock.cancel();
        assertThatThrownBy(clock::start).isInstanceOfSatisfying(GuestException.class, e -> assertThat(e.kind())
                .isEqualTo(GuestException.Kind.CANCELLED));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void moreCallsThanMayWaitAreRefused() throws Exception {
        FunctionHost small = Guests.host(Guests.limits());
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(12);
        int taken = 0;
        for (int i = 0; i < 20; i++) {
            taken += small.threads().call(() -> {
                        try {
                            go.await(20, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        } finally {
                            ended.countDown();
                        }
                    })
                    ? 1
                    : 0;
        }
        assertThat(taken).as("4 run, 8 wait").isEqualTo(12);
        go.countDown();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        small.close();
        assertThat(small.threads().call(() -> {})).isFalse();
    }

    private static void assertServes() {
        assertThat(Guests.call(host, "echo", "still here".getBytes(US_ASCII)))
                .isEqualTo("still here".getBytes(US_ASCII));
    }
}
