package dev.baton.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final long MILLIS = 1_000_000;
    private static final long SECOND = 1000 * MILLIS;

    // Far from zero and near the sign, so that arithmetic that only works on small times would show.
    private long now = Long.MAX_VALUE - 5 * SECOND;
    private final Traffic traffic = new Traffic("pod-x", () -> now);

    private Stat afterOneSecond() {
        traffic.report();
        return decoded(traffic.stat());
    }

    @Test
    @DisplayName("the first second tells the name only, also while requests run")
    void firstSecond() {
        traffic.arrived(false);
        assertThat(decoded(traffic.stat())).isEqualTo(Stat.initial("pod-x"));
    }

    @Test
    @DisplayName("two requests of half a second each make a concurrency of one and two arrivals per second")
    void timeWeighted() {
        traffic.arrived(false);
        now += 500 * MILLIS;
        traffic.finished(false);
        traffic.arrived(false);
        now += 500 * MILLIS;
        traffic.finished(false);

        assertThat(afterOneSecond()).isEqualTo(new Stat("pod-x", 1, 0, 2, 0, 1));
    }

    @Test
    @DisplayName("requests through the activator count in both figures of a kind")
    void proxied() {
        traffic.arrived(true);
        traffic.arrived(false);
        now += SECOND;

        assertThat(afterOneSecond()).isEqualTo(new Stat("pod-x", 2, 1, 2, 1, 1));
    }

    @Test
    @DisplayName("a request that goes on counts as concurrency, not as an arrival, in the following seconds")
    void longRequest() {
        traffic.arrived(true);
        now += SECOND;
        traffic.report();
        now += SECOND;

        assertThat(afterOneSecond()).isEqualTo(new Stat("pod-x", 1, 1, 0, 0, 2));
    }

    @Test
    @DisplayName("when all requests have ended the concurrency is exactly zero and left out")
    void backToZero() {
        for (int i = 0; i < 1000; i++) {
            traffic.arrived(i % 3 == 0);
            now += 333_333;
            traffic.finished(i % 3 == 0);
        }
        now += SECOND;
        traffic.report();
        now += SECOND;

        assertThat(afterOneSecond().averageConcurrentRequests()).isZero();
        assertThat(traffic.inFlight()).isZero();
    }

    @Test
    @DisplayName("jitter of the timer leaves arrivals as they are, a stall of seconds spreads them")
    void lateReports() {
        for (int i = 0; i < 6; i++) {
            traffic.arrived(false);
            traffic.finished(false);
        }
        now += 1_049 * MILLIS;
        assertThat(afterOneSecond().requestCount()).isEqualTo(6.0);

        for (int i = 0; i < 6; i++) {
            traffic.arrived(false);
            traffic.finished(false);
        }
        now += 3_001 * MILLIS;
        assertThat(afterOneSecond().requestCount()).isEqualTo(2.0);
    }

    @Test
    @DisplayName("two reports at one instant leave the first one standing")
    void noPeriod() {
        traffic.arrived(false);
        now += SECOND;
        byte[] first = traffic.stat();
        traffic.report();
        byte[] second = traffic.stat();
        traffic.report();
        assertThat(second).isNotEqualTo(first);
        assertThat(traffic.stat()).isEqualTo(second);
    }

    @RepeatedTest(100)
    @DisplayName("any mix of requests agrees with a sum over intervals")
    void agreesWithIntervals(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var open = new ArrayDeque<Boolean>();
        double requestTime = 0;
        double proxiedTime = 0;
        long arrivals = 0;
        long proxiedArrivals = 0;
        long proxiedOpen = 0;
        long start = now;
        for (int i = 0; i < 2000; i++) {
            if (open.isEmpty() || random.nextBoolean()) {
                boolean viaActivator = random.nextInt(3) == 0;
                traffic.arrived(viaActivator);
                open.add(viaActivator);
                arrivals++;
                if (viaActivator) {
                    proxiedArrivals++;
                    proxiedOpen++;
                }
            } else {
                boolean viaActivator = open.remove();
                traffic.finished(viaActivator);
                if (viaActivator) {
                    proxiedOpen--;
                }
            }
            long step = random.nextInt(500_000);
            requestTime += (double) open.size() * step;
            proxiedTime += (double) proxiedOpen * step;
            now += step;
        }
        double period = now - start;
        Stat stat = afterOneSecond();
        assertThat(stat.averageConcurrentRequests()).isCloseTo(requestTime / period, within(1e-9));
        assertThat(stat.averageProxiedConcurrentRequests()).isCloseTo(proxiedTime / period, within(1e-9));
        assertThat(stat.requestCount()).isEqualTo((double) arrivals);
        assertThat(stat.proxiedRequestCount()).isEqualTo((double) proxiedArrivals);
        assertThat(traffic.inFlight()).isEqualTo(open.size());
    }

    @Test
    @DisplayName(
            "counted from several threads, ended on others, reported meanwhile: nothing is lost and the end is zero")
    void severalThreads() throws Exception {
        int threads = 4;
        int requests = 200_000;
        var real = new Traffic("pod-x", System::nanoTime);
        var toFinish = new AtomicLong();
        var done = new CountDownLatch(threads);
        var workers = new ArrayList<Thread>();
        for (int t = 0; t < threads; t++) {
            var worker = new FastThreadLocalThread(() -> {
                for (int i = 0; i < requests; i++) {
                    real.arrived((i & 1) == 0);
                    if ((i & 1) == 0) {
                        real.finished(true);
                    } else {
                        toFinish.incrementAndGet(); // another thread ends it
                    }
                    if ((i & 7) == 0 && toFinish.get() > 0 && toFinish.getAndDecrement() > 0) {
                        real.finished(false);
                    }
                }
                done.countDown();
            });
            worker.start();
            workers.add(worker);
        }
        double arrivals = 0;
        while (done.getCount() > 0) {
            real.report();
            Stat stat = decoded(real.stat());
            // No upper bound: over the microseconds between two of these reports, the moment at which each counter is
            // read weighs more than what it counts.
            assertThat(stat.averageConcurrentRequests()).isNotNegative().isFinite();
            arrivals += stat.requestCount();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        long left = real.inFlight();
        assertThat(left).isEqualTo(toFinish.get());
        for (long i = 0; i < left; i++) {
            real.finished(false);
        }
        real.report();
        arrivals += decoded(real.stat()).requestCount();
        real.report();

        assertThat(real.inFlight()).isZero();
        assertThat(decoded(real.stat()).averageConcurrentRequests()).isZero();
        assertThat(arrivals).isEqualTo((double) threads * requests);
        assertThat(real.arrivals()).isEqualTo((long) threads * requests);
    }

    /** The message read back by a decoder of the test's own. */
    private static Stat decoded(byte[] message) {
        var in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        String name = "";
        double[] fields = new double[7];
        while (in.hasRemaining()) {
            int tag = in.get();
            if (tag == 0x0a) {
                byte[] text = new byte[in.get()];
                in.get(text);
                name = new String(text, StandardCharsets.UTF_8);
            } else {
                assertThat(tag & 7).isEqualTo(1);
                fields[tag >> 3] = in.getDouble();
            }
        }
        return new Stat(name, fields[2], fields[3], fields[4], fields[5], fields[6]);
    }
}
