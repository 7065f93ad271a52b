package dev.baton.store;

import dev.baton.kernel.SealedMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What a change made under the store's lock leaves to be done without it: whatever takes time or runs other people's code. */
final class Aftermath {
    /** A waiter and the room it got. */
    record Grant(Waiter waiter, Claim claim) {}

    /** A waiter that waits in vain. */
    record Refusal(Waiter waiter, RuntimeException cause) {}

    final List<Chunk> doomed = new ArrayList<>(0);
    final List<SealedMemory> files = new ArrayList<>(0);
    final List<Reader> woken = new ArrayList<>(0);
    final List<Refusal> refusals = new ArrayList<>(0);
    final ArrayDeque<Grant> grants = new ArrayDeque<>(0);
}
