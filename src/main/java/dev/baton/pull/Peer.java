package dev.baton.pull;

import dev.baton.wire.BrokenBodyException;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The guards of one other sidecar: a pod that is gone is not tried again and again, and no pod gets all of this one's connections. Any
 * thread. The guards have no name: nothing that is exported may say where a peer lives.
 */
final class Peer {
    private static final BulkheadConfig BULKHEAD = BulkheadConfig.custom()
            .maxConcurrentCalls(256)
            .maxWaitDuration(Duration.ZERO)
            .writableStackTraceEnabled(false)
            .build();
    private static final CircuitBreakerConfig BREAKER = CircuitBreakerConfig.custom()
            .slidingWindowSize(10)
            .minimumNumberOfCalls(5)
            .failureRateThreshold(50)
            .waitDurationInOpenState(Duration.ofSeconds(2))
            .permittedNumberOfCallsInHalfOpenState(2)
            .writableStackTraceEnabled(false)
            .build();

    private final Bulkhead bulkhead = Bulkhead.of("peer", BULKHEAD);
    private final CircuitBreaker breaker = CircuitBreaker.of("peer", BREAKER);
    private volatile long usedNanos = System.nanoTime();

    /** What the guards say to one more pull. */
    enum Entry {
        /** Go on; {@link #leave} must follow. */
        ADMITTED,
        FULL,
        /** It has failed too often of late. */
        TRIPPED
    }

    Entry enter() {
        usedNanos = System.nanoTime();
        if (!bulkhead.tryAcquirePermission()) {
            return Entry.FULL;
        }
        if (!breaker.tryAcquirePermission()) {
            bulkhead.releasePermission();
            return Entry.TRIPPED;
        }
        return Entry.ADMITTED;
    }

    /** It has answered something, be it a refusal. */
    void answered(long startNanos) {
        breaker.onSuccess(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    /** It has not answered. */
    void silent(long startNanos) {
        breaker.onError(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS, new BrokenBodyException("no answer"));
    }

    /** Nothing was learnt about it. */
    void unknown() {
        breaker.releasePermission();
    }

    /** The pull is over. */
    void leave() {
        bulkhead.onComplete();
    }

    boolean unused(long now, long idleNanos) {
        return now - usedNanos > idleNanos
                && bulkhead.getMetrics().getAvailableConcurrentCalls() == BULKHEAD.getMaxConcurrentCalls();
    }
}
