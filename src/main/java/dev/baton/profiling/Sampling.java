package dev.baton.profiling;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Looks at all threads of this JVM a hundred times a second. Blocks; one thread only. */
final class Sampling {
    static final long PERIOD_NANOS = 10_000_000;

    private static final int FRAMES_MAX = 64;

    private Sampling() {}

    /** Takes what is seen. */
    interface Watcher {
        /**
         * One thread of a round.
         *
         * @param thread what it does at the moment
         * @param cpuNanos processor time that it has had since it began
         */
        void see(ThreadInfo thread, long cpuNanos);

        /**
         * Once all threads have been seen.
         *
         * @param nanos since the sampling began
         */
        void round(long nanos);
    }

    /** @param over ends the sampling before its time */
    static void run(Duration length, BooleanSupplier over, Watcher watcher) {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().threadId();
        long begun = System.nanoTime();
        long next = begun;
        boolean last;
        do {
            // Also where the machine has let all of the time pass at once, there are a beginning and an end to compare.
            last = over.getAsBoolean() || System.nanoTime() - begun >= length.toNanos();
            for (ThreadInfo thread : bean.dumpAllThreads(false, false, FRAMES_MAX)) {
                long cpu = bean.getThreadCpuTime(thread.getThreadId());
                if (thread.getThreadId() != self && cpu >= 0) {
                    watcher.see(thread, cpu);
                }
            }
            watcher.round(System.nanoTime() - begun);
            next += PERIOD_NANOS;
            if (!last) {
                LockSupport.parkNanos(Math.max(1, next - System.nanoTime()));
            }
        } while (!last);
    }
}
