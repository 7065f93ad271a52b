package dev.baton.store;

import java.time.Duration;

/**
 * The store's limits.
 *
 * @param budgetBytes native memory that objects may occupy, pooled memory included; rounded up to whole pages
 * @param defaultTtl for objects that name none
 * @param maxTtl longer wishes are cut to this
 * @param bookkeepingBytes heap that the bookkeeping of objects may take (some 350 bytes each, and their metadata); further ones wait as
 *     for memory
 * @param maxTombstones ended objects remembered at once; the oldest are forgotten first
 * @param grace how long an expired object is remembered, and how long a retrieval may run on after its object's end
 * @param poolIdle how long unused memory is kept for reuse
 */
public record StoreSettings(
        long budgetBytes,
        Duration defaultTtl,
        Duration maxTtl,
        long bookkeepingBytes,
        int maxTombstones,
        Duration grace,
        Duration poolIdle) {
    /** More than any machine has, less than the address space of a process. */
    public static final long BUDGET_BYTES_MAX = 1L << 46;

    /** @throws IllegalArgumentException when something is out of range */
    public StoreSettings {
        if (budgetBytes < 1 || budgetBytes > BUDGET_BYTES_MAX || bookkeepingBytes < 1 || maxTombstones < 0) {
            throw new IllegalArgumentException("limits of the store are out of range");
        }
        if (!defaultTtl.isPositive() || !maxTtl.isPositive() || grace.isNegative() || poolIdle.isNegative()) {
            throw new IllegalArgumentException("durations of the store must be positive");
        }
    }

    /** Everything but the budget at its default: 10 min and at most 1 h of life, a quarter of the heap, 16,384 tombstones, 60 s and 30 s. */
    public static StoreSettings ofBudget(long budgetBytes) {
        return new StoreSettings(
                budgetBytes,
                Duration.ofSeconds(600),
                Duration.ofHours(1),
                Runtime.getRuntime().maxMemory() / 4,
                16_384,
                Duration.ofSeconds(60),
                Duration.ofSeconds(30));
    }
}
