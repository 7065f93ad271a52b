package dev.baton.store;

import dev.baton.kernel.Region;

/** Memory that belongs to one object: a whole chunk, or one block of a slab. */
final class Space {
    final Chunk chunk;
    final int block;
    /** What it takes from the budget by itself; a block's share is taken by its slab. Guarded by the store's lock. */
    long chargedBytes;

    /** What may be written to it: no more than is charged, even where the chunk is larger. */
    private final long capacity;

    Space(Chunk chunk, int block, long capacity, long chargedBytes) {
        this.chunk = chunk;
        this.block = block;
        this.capacity = capacity;
        this.chargedBytes = chargedBytes;
    }

    Region region() {
        return chunk.region();
    }

    /** Where it starts in its region. */
    long start() {
        return block * chunk.blockBytes;
    }

    long capacity() {
        return capacity;
    }
}
