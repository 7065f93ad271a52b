package dev.baton.drain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static final Duration QUIET = Duration.ofSeconds(30);

    private final Simulation simulation = new Simulation(QUIET);

    @Test
    @DisplayName("an idle pod exits thirty seconds after the signal")
    void idle() {
        simulation.signal();
        assertThat(simulation.drain.draining()).isTrue();

        simulation.runUntilExit();

        assertThat(simulation.stoppedAt).isEqualTo(Duration.ofSeconds(30));
        assertThat(simulation.exitAt).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    @DisplayName("each ordinary request restarts the quiet period")
    void restarted() {
        simulation.signal();
        simulation.run(Duration.ofSeconds(29));
        simulation.drain.ordinaryRequest();
        simulation.run(Duration.ofSeconds(29));
        simulation.drain.ordinaryRequest();
        simulation.runUntilExit();

        assertThat(simulation.stoppedAt).isEqualTo(Duration.ofSeconds(29 + 29 + 30));
    }

    @Test
    @DisplayName("requests before the signal don't delay the end")
    void earlierRequests() {
        simulation.run(Duration.ofSeconds(5));
        simulation.drain.ordinaryRequest();
        simulation.run(Duration.ofSeconds(1));
        simulation.signal();
        simulation.runUntilExit();

        assertThat(simulation.stoppedAt).isEqualTo(Duration.ofSeconds(36));
    }

    @Test
    @DisplayName("requests in flight are awaited without limit")
    void inFlight() {
        simulation.inFlight = 1;
        simulation.signal();
        simulation.run(Duration.ofHours(2));
        assertThat(simulation.stoppedAt).isEqualTo(QUIET);
        assertThat(simulation.exitAt).isNull();

        simulation.inFlight = 0;
        simulation.runUntilExit();
        assertThat(simulation.exitAt)
                .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusMillis(100));
    }

    @Test
    @DisplayName("upgraded connections are awaited for a minute after the last request")
    void upgraded() {
        simulation.upgraded = 2;
        simulation.signal();
        simulation.runUntilExit();

        assertThat(simulation.exitAt).isEqualTo(QUIET.plusSeconds(60));
        assertThat(simulation.upgradedLeft).isEqualTo(2);
    }

    @Test
    @DisplayName("an upgraded connection that ends lets the pod exit within a second")
    void upgradedEnds() {
        simulation.upgraded = 1;
        simulation.signal();
        simulation.run(Duration.ofSeconds(45));
        simulation.upgraded = 0;
        simulation.runUntilExit();

        assertThat(simulation.exitAt).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(46));
        assertThat(simulation.upgradedLeft).isZero();
    }

    @Test
    @DisplayName("the second signal is told apart, at any time")
    void secondSignal() {
        assertThat(simulation.drain.signal()).isTrue();
        assertThat(simulation.drain.signal()).isFalse();
        simulation.runUntilExit();
        assertThat(simulation.drain.signal()).isFalse();
    }

    @Test
    @DisplayName("a hook without a signal is answered after one second, and the pod recovers")
    void hookAlone() {
        simulation.hook();
        assertThat(simulation.drain.draining()).isTrue();
        simulation.run(Duration.ofMillis(999));
        assertThat(simulation.answeredAt).isEmpty();
        simulation.run(Duration.ofMillis(1));

        assertThat(simulation.answeredAt).containsExactly(Duration.ofSeconds(1));
        assertThat(simulation.drain.draining()).isFalse();
        simulation.run(Duration.ofHours(1));
        assertThat(simulation.stoppedAt).isNull();
    }

    @Test
    @DisplayName("the pod recovers as often as its container is restarted")
    void hookAgain() {
        simulation.hook();
        simulation.run(Duration.ofSeconds(10));
        simulation.hook();
        assertThat(simulation.drain.draining()).isTrue();
        simulation.run(Duration.ofSeconds(10));

        assertThat(simulation.answeredAt).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(11));
        assertThat(simulation.drain.draining()).isFalse();
    }

    @Test
    @DisplayName("a hook followed by the signal is answered at the end of the quiet period that it began")
    void hookThenSignal() {
        simulation.hook();
        simulation.run(Duration.ofMillis(500));
        simulation.signal();
        simulation.runUntilExit();

        assertThat(simulation.answeredAt).containsExactly(QUIET);
        assertThat(simulation.stoppedAt).isEqualTo(QUIET);
    }

    @Test
    @DisplayName("a hook joins the drain that a signal began, and one that comes late is answered at once")
    void hookJoins() {
        simulation.signal();
        simulation.run(Duration.ofSeconds(20));
        simulation.hook();
        simulation.run(Duration.ofSeconds(5));
        assertThat(simulation.answeredAt).isEmpty();
        simulation.inFlight = 1;
        simulation.run(Duration.ofSeconds(10));
        simulation.hook();

        assertThat(simulation.answeredAt).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(35));
    }

    @Test
    @DisplayName("a quiet period shorter than the hook's patience answers early and still recovers")
    void shortQuiet() {
        var quick = new Simulation(Duration.ofMillis(200));
        quick.hook();
        quick.run(Duration.ofMillis(300));
        assertThat(quick.answeredAt).containsExactly(Duration.ofMillis(200));
        assertThat(quick.drain.draining()).isTrue();
        quick.run(Duration.ofSeconds(1));
        assertThat(quick.drain.draining()).isFalse();
    }

    @Test
    @DisplayName("a signal after the quiet period of a hook stops the listeners at once")
    void signalAfterQuiet() {
        var quick = new Simulation(Duration.ofMillis(200));
        quick.hook();
        quick.run(Duration.ofMillis(600));
        quick.signal();
        quick.runUntilExit();
        assertThat(quick.stoppedAt).isEqualTo(Duration.ofMillis(600));
    }

    @RepeatedTest(200)
    @DisplayName(
            "in any order of events: no exit without a signal, no listener closed before the quiet period, every hook answered")
    void anyOrder(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var any = new Simulation(Duration.ofMillis(random.nextInt(5_000)));
        int hooks = 0;
        boolean signalled = false;
        for (int i = 0; i < 60 && any.exitAt == null; i++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    any.hook();
                    hooks++;
                }
                case 1 -> {
                    if (!signalled && random.nextInt(4) == 0) {
                        any.signal();
                        signalled = true;
                    }
                }
                case 2 -> any.inFlight = random.nextInt(2);
                case 3 -> any.upgraded = random.nextInt(2);
                case 4 -> any.request();
                default -> any.run(Duration.ofMillis(random.nextInt(3_000)));
            }
            assertThat(signalled || any.exitAt == null)
                    .as("exits only after a signal")
                    .isTrue();
        }
        any.inFlight = 0;
        any.run(Duration.ofSeconds(70));
        assertThat(any.answeredAt).hasSize(hooks);
        if (signalled) {
            any.runUntilExit();
            assertThat(any.stoppedAt).isNotNull();
            Duration lastBefore = any.requestsAt.stream()
                    .filter(at -> at.compareTo(any.stoppedAt) < 0)
                    .reduce(Duration.ZERO, (a, b) -> b);
            if (lastBefore.compareTo(any.drainBegunAt) > 0) {
                assertThat(any.stoppedAt).isGreaterThanOrEqualTo(lastBefore.plus(any.quiet));
            }
            assertThat(any.stoppedAt).isGreaterThanOrEqualTo(any.drainBegunAt.plus(any.quiet));
        } else {
            assertThat(any.drain.draining()).isFalse();
            assertThat(any.stoppedAt).isNull();
        }
    }

    /** A driver that sleeps exactly as long as it is told, on a clock of its own. */
    private static final class Simulation {
        private final Duration quiet;
        private final Drain drain;
        private final List<Duration> answeredAt = new ArrayList<>();
        private final List<Duration> requestsAt = new ArrayList<>();
        private long now = 123_456_789;
        private final long origin = now;
        private long wakeAt = Long.MAX_VALUE;
        private long inFlight;
        private long upgraded;
        private Duration drainBegunAt = Duration.ZERO;
        private Duration stoppedAt;
        private Duration exitAt;
        private long upgradedLeft = -1;

        Simulation(Duration quiet) {
            this.quiet = quiet;
            this.drain = new Drain(() -> now, quiet);
        }

        void signal() {
            noteBeginning();
            assertThat(drain.signal()).isTrue();
            step();
        }

        void hook() {
            noteBeginning();
            drain.hook(() -> answeredAt.add(time()));
            step();
        }

        void request() {
            requestsAt.add(time());
            drain.ordinaryRequest();
        }

        private void noteBeginning() {
            if (!drain.draining()) {
                drainBegunAt = time();
            }
        }

        private Duration time() {
            return Duration.ofNanos(now - origin);
        }

        void run(Duration time) {
            long until = now + time.toNanos();
            while (exitAt == null && wakeAt <= until) {
                now = wakeAt;
                step();
            }
            now = until;
        }

        void runUntilExit() {
            for (int i = 0; i < 100_000 && exitAt == null; i++) {
                now = Math.max(now, wakeAt);
                step();
            }
            assertThat(exitAt).isNotNull();
        }

        private void step() {
            if (exitAt != null) {
                return;
            }
            wakeAt = Long.MAX_VALUE;
            switch (drain.advance(inFlight, upgraded)) {
                case Step.Idle idle -> {}
                case Step.Wait wait -> {
                    assertThat(wait.time()).isPositive();
                    wakeAt = now + wait.time().toNanos();
                }
                case Step.StopListeners stop -> {
                    assertThat(stoppedAt).isNull();
                    stoppedAt = time();
                    step();
                }
                case Step.Exit exit -> {
                    exitAt = time();
                    upgradedLeft = exit.upgradedLeft();
                }
            }
        }
    }
}
