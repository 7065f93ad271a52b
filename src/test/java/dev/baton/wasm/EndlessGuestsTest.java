package dev.baton.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.wasm.GuestException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test 40: a guest that does not end by itself is ended, its memory comes back, and its thread serves the next call. */
class EndlessGuestsTest {
    private static final Duration LIMIT = Duration.ofMillis(4500);

    private static FunctionHost hasty;
    private static FunctionHost host;

    @BeforeAll
    static void load() {
        hasty = Guests.hostile(Guests.withCall(Guests.limits(), LIMIT), "endless", "echo", "endless-start");
        host = Guests.hostile(Guests.limits(), "endless", "echo");
    }

    @AfterAll
    static void close() {
        hasty.close();
        host.close();
        assertThat(hasty.memory().charged()).isZero();
        assertThat(host.memory().charged()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "fill", "sleep"})
    void whatGoesOnForEverIsStoppedAtItsDeadline(String how) {
        long start = System.nanoTime();
        Guests.assertEnds(Kind.DEADLINE, () -> Guests.call(hasty, "endless", how.getBytes(US_ASCII)), "within 4500 ms");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(LIMIT.toNanos());
        assertServes(hasty);
    }

    @ParameterizedTest
    @ValueSource(strings = {"recurse", "tail", "indirect", "host", "grow"})
    void whatGoesTooDeepTraps(String how) {
        for (int i = 0; i < 5; i++) {
            Guests.assertEnds(
                    Kind.TRAP, () -> Guests.call(host, "endless", how.getBytes(US_ASCII)), "call stack exhausted");
        }
        assertServes(host);
        host.dropIdle();
        Guests.awaitMemory(host); // An overflow loses no memory.
    }

    @Test
    void aModuleWhoseStartDoesNotEndIsRefused() {
        FunctionHost.Status status = Guests.status(hasty, "endless-start");
        assertThat(status.state()).isEqualTo(FunctionState.REFUSED);
        assertThat(status.reason()).contains("does not start").contains("4500 ms");
        Guests.assertEnds(Kind.NOT_LOADED, () -> Guests.call(hasty, "endless-start", new byte[0]), "cannot be used");
    }

    @Test
    void anAllocatorThatDoesNotReturnIsStoppedToo() {
        try (FunctionHost own = Guests.hostile(Guests.withCall(Guests.limits(), LIMIT), "allocates")) {
            Guests.assertEnds(Kind.DEADLINE, () -> Guests.call(own, "allocates", new byte[7]), "within 4500 ms");
        }
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
        assertThat(ended.await(100, TimeUnit.SECONDS)).isTrue();
        assertThat(why[0].kind()).isEqualTo(Kind.CANCELLED);
        patient.close();
        assertThat(patient.memory().charged()).isZero();
    }

    @Test
    void aCallCancelledBeforeItStartsDoesNotStart() {
        GuestClock clock = host.newClock();
        clock.cancel();
        Guests.assertEnds(Kind.CANCELLED, clock::start, "cancelled");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void closingTheHostEndsWhatStillRuns() throws Exception {
        FunctionHost patient = Guests.hostile(Guests.withCall(Guests.limits(), Duration.ofMinutes(10)), "endless");
        long before = patient.memory().fresh() + patient.memory().reused();
        CompletableFuture<Throwable> ended = CompletableFuture.supplyAsync(() -> {
            try {
                Guests.call(patient, "endless", "loop".getBytes(US_ASCII));
                return null;
            } catch (GuestException e) {
                return e;
            }
        });
        while (patient.memory().fresh() + patient.memory().reused() == before) {
            Thread.sleep(5);
        }
        patient.close();
        assertThat(ended.get(100, TimeUnit.SECONDS)).isInstanceOf(GuestException.class);
        assertThat(patient.memory().charged()).isZero();
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
                            go.await(100, TimeUnit.SECONDS);
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
        assertThat(ended.await(100, TimeUnit.SECONDS)).isTrue();
        small.close();
        assertThat(small.threads().call(() -> {})).isFalse();
    }

    private static void assertServes(FunctionHost on) {
        assertThat(Guests.call(on, "echo", "still here".getBytes(US_ASCII))).isEqualTo("still here".getBytes(US_ASCII));
    }
}
