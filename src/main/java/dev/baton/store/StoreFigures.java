package dev.baton.store;

/**
 * A consistent glance at the store.
 *
 * @param budgetBytes what objects and pooled memory may occupy
 * @param usedBytes memory reserved for objects, in whole pages
 * @param idleBytes memory kept for reuse; used and idle together never exceed the budget
 * @param objects objects that can be found
 * @param waiters puts and growing uploads that wait for room
 * @param retrievals retrievals under way
 * @param tombstones ended objects that are remembered
 * @param poolHits requests for memory served by recycled memory since the start
 * @param poolMisses requests for memory that took fresh pages since the start
 */
public record StoreFigures(
        long budgetBytes,
        long usedBytes,
        long idleBytes,
        int objects,
        int waiters,
        int retrievals,
        int tombstones,
        long poolHits,
        long poolMisses) {}
