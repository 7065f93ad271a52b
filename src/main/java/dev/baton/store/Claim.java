package dev.baton.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Room in the budget that has been taken under the lock and still has to be made real without it.
 *
 * @param space null for an object without bytes
 * @param evicted what has to be unmapped first, so that the process never holds more than the budget
 */
record Claim(@Nullable Space space, List<Chunk> evicted) {}
