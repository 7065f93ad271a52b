package dev.baton.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.Await;
import dev.baton.wasm.GuestException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GuestThreadsTest {
    @Test
    void oneThreadServesCallsThatComeOneAfterTheOther() throws Exception {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        try (GuestThreads threads = new GuestThreads(8, 8, 1 << 20)) {
            for (int i = 0; i < 20; i++) {
                CountDownLatch done = new CountDownLatch(1);
                assertThat(threads.call(() -> {
                            seen.add(Thread.currentThread());
                            done.countDown();
                        }))
                        .isTrue();
                assertThat(done.await(100, TimeUnit.SECONDS)).isTrue();
                Await.until("the thread is free", () -> threads.idle() == threads.alive());
            }
        }
        assertThat(seen).hasSize(1);
        assertThat(seen).allSatisfy(each -> assertThat(each.isDaemon()).isTrue());
    }

    @Test
    void asManyRunAtOnceAsMay() throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(12);
        GuestThreads threads = new GuestThreads(3, 100, 1 << 20);
        for (int i = 0; i < 12; i++) {
            threads.call(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Await.until("another one runs beside it", () -> most.get() > 1);
                sleep(20);
                running.decrementAndGet();
                done.countDown();
            });
        }
        assertThat(done.await(100, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(2, 3);
        assertThat(threads.close(20_000)).isTrue();
    }

    @Test
    void whatGivesMemoryBackGoesAheadOfCallsAndRunsAfterCloseToo() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        GuestThreads threads = new GuestThreads(1, 10, 1 << 20);
        threads.call(() -> await(go));
        threads.call(() -> order.add("call"));
        threads.tidy(() -> order.add("tidy"));
        go.countDown();
        assertThat(threads.close(20_000)).isTrue();
        threads.tidy(() -> order.add("late"));
        assertThat(order).containsExactly("tidy", "call", "late");
    }

    @Test
    void closingDoesNotWaitForEver() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        GuestThreads threads = new GuestThreads(1, 1, 1 << 20);
        threads.call(() -> await(go));
        assertThat(threads.close(50)).isFalse();
        go.countDown();
        assertThat(threads.close(20_000)).isTrue();
    }

    @Test
    void everyDeadlineIsKeptAlsoAnEarlierOneThatComesLater() throws Exception {
        try (DeadlineWatch watch = new DeadlineWatch()) {
            CountDownLatch ended = new CountDownLatch(3);
            List<Long> order = new CopyOnWriteArrayList<>();
            for (long millis : new long[] {600, 300, 60}) {
                Thread.ofPlatform().start(() -> {
                    GuestClock clock = new GuestClock(watch, Duration.ofMillis(millis));
                    clock.start();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        if (clock.explain().kind() == Kind.DEADLINE) {
                            order.add(millis);
                        }
                    } finally {
                        clock.stop();
                        ended.countDown();
                    }
                });
                Thread.sleep(10);
            }
            assertThat(ended.await(100, TimeUnit.SECONDS)).isTrue();
            assertThat(order).containsExactlyInAnyOrder(60L, 300L, 600L);
        }
    }

    @Test
    void aPausedClockDoesNotRunOutAndAStoppedOneInterruptsNobody() throws Exception {
        try (DeadlineWatch watch = new DeadlineWatch()) {
            GuestClock clock = new GuestClock(watch, Duration.ofSeconds(2));
            clock.start();
            clock.pause();
            Thread.sleep(2_500);
            clock.resume();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            clock.stop();
            Thread.sleep(2_200);
            clock.cancel();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void theInterruptOfOneCallDoesNotReachTheNext() throws Exception {
        try (DeadlineWatch watch = new DeadlineWatch()) {
            GuestClock clock = new GuestClock(watch, Duration.ofMillis(20));
            clock.start();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            clock.stop();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(clock.explain().kind()).isEqualTo(Kind.DEADLINE);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(100, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody said go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
