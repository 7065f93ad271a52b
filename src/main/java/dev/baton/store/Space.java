package dev.baton.store;

import dev.baton.kernel.Region;

/** Memory that belongs to one object: a whole chunk, or one block of a slab. */
final class Space {
    final Chunk chunk;
    final int block;
    /** What it takes from the budget by itself; a block's share is taken by its slab. Guarded by the store's lock. */
    long chargedBytes;

    Space(Chunk chunk, int block, long chargedBytes) {
        this.chunk = chunk;
        this.block = block;
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
        return chunk.blockBytes;
    }
}
