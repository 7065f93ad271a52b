package dev.baton.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.baton.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The breaker itself: who runs, who waits, who is turned away; and that no permit is ever lost or made. */
final class BreakerTest {

    private static final class Noting extends Breaker.Waiter {
        private final List<Noting> order;

        Noting(List<Noting> order) {
            this.order = order;
        }

        @Override
        void admitted() {
            order.add(this);
        }
    }

    @Test
    void waitersAreAdmittedInTheOrderOfTheirArrival() {
        Breaker breaker = new Breaker(1, 10);
        List<Noting> admitted = new ArrayList<>();
        assertThat(breaker.enter(new Noting(admitted))).isEqualTo(Breaker.Entry.ADMITTED);
        List<Noting> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Noting waiter = new Noting(admitted);
            waiting.add(waiter);
            assertThat(breaker.enter(waiter)).isEqualTo(Breaker.Entry.WAITING);
        }
        assertThat(breaker.enter(new Noting(admitted))).isEqualTo(Breaker.Entry.FULL);
        assertThat(breaker.tryEnter()).isFalse();
        for (int i = 0; i < 11; i++) {
            breaker.leave();
        }
        assertThat(admitted).isEqualTo(waiting);
        assertThat(breaker.running()).isZero();
        assertThatIllegalStateException().isThrownBy(breaker::leave);
    }

    @Test
    void aNewcomerOvertakesOnlyWhereItIsAskedFor() {
        Breaker breaker = new Breaker(1, 2, true);
        List<Noting> called = new ArrayList<>();
        assertThat(breaker.tryEnter()).isTrue();
        Noting first = new Noting(called);
        Noting second = new Noting(called);
        breaker.enter(first);
        breaker.enter(second);
        breaker.leave();
        assertThat(called).containsExactly(first);
        assertThat(breaker.tryEnter()).as("a newcomer").isTrue();
        assertThat(breaker.claim(first)).isFalse();
        assertThat(breaker.waiting()).isEqualTo(2);
        breaker.leave();
        assertThat(called).as("the queue's end").containsExactly(first, second);
        breaker.decline();
        assertThat(called).as("the call is passed on").containsExactly(first, second, first);
        assertThat(breaker.claim(first)).isTrue();
        breaker.leave();
        assertThat(breaker.running()).isZero();
        assertThat(breaker.waiting()).isZero();
    }

    @Test
    void oneThatWithdrawsIsSkipped() {
        Breaker breaker = new Breaker(1, 3);
        List<Noting> admitted = new ArrayList<>();
        assertThat(breaker.tryEnter()).isTrue();
        Noting first = new Noting(admitted);
        Noting middle = new Noting(admitted);
        Noting last = new Noting(admitted);
        for (Noting waiter : List.of(first, middle, last)) {
            assertThat(breaker.enter(waiter)).isEqualTo(Breaker.Entry.WAITING);
        }
        assertThat(breaker.withdraw(middle)).isTrue();
        assertThat(breaker.withdraw(middle)).isFalse();
        assertThat(breaker.waiting()).isEqualTo(2);
        breaker.leave();
        assertThat(breaker.withdraw(first)).as("already admitted").isFalse();
        breaker.leave();
        assertThat(admitted).containsExactly(first, last);
    }

    /** Many threads enter, leave, give up waiting at the worst moments; in the end every permit must be there. */
    @Test
    void noPermitIsLostOrMadeUnderContention() throws InterruptedException {
        int permits = 3;
        int threads = 8;
        int rounds = 20_000;
        Breaker breaker = new Breaker(permits, 4);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger handedOver = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        for (int t = 0; t < threads; t++) {
            Random random = new Random(t);
            Thread.ofPlatform().start(() -> {
                meet(start);
                for (int i = 0; i < rounds; i++) {
                    round(breaker, random, inside, most, handedOver);
                }
                done.countDown();
            });
        }
        done.await();
        Await.until("all permits are back", () -> breaker.running() == 0);
        assertThat(breaker.waiting()).isZero();
        assertThat(inside).hasValue(0);
        assertThat(most.get()).isBetween(1, permits);
        assertThat(handedOver.get()).as("permits that changed hands").isPositive();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
    }

    private static void round(
            Breaker breaker, Random random, AtomicInteger inside, AtomicInteger most, AtomicInteger handedOver) {
        class Running extends Breaker.Waiter {
            @Override
            void admitted() {
                handedOver.incrementAndGet();
                run();
            }

            void run() {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                if (random.nextInt(64) == 0) {
                    // Off the processor with the permit in hand, so that others meet a full breaker however few
                    // processors there are.
                    LockSupport.parkNanos(1);
                }
                inside.decrementAndGet();
                breaker.leave();
            }
        }
        Running request = new Running();
        switch (breaker.enter(request)) {
            case ADMITTED -> request.run();
            case WAITING -> {
                if (random.nextBoolean()) {
                    Thread.onSpinWait();
                }
                if (random.nextBoolean()) {
                    breaker.withdraw(request);
                }
            }
            case FULL -> Thread.onSpinWait();
        }
    }
}
