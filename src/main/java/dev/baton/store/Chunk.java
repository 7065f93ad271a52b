package dev.baton.store;

import dev.baton.kernel.Region;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One mapping of the pool: either whole, for one object, or a slab of equal blocks. Guarded by the store's lock, but for what the region holds. */
final class Chunk {
    final int sizeClass;
    final long blockBytes;
    final int blocks;
    /** Huge pages at the start of a whole mapping: only what its first object fills, or more would be resident than is accounted for. */
    private final long hugeBytes;

    private final BitSet taken;
    private int live;
    /** Blocks from the start that have been in use at some time, so their pages are resident. */
    private int touchedBlocks;
    /** Resident bytes of a whole mapping, as far as earlier owners touched it. */
    private long touchedBytes;
    /** When it became idle, on the store's clock. */
    long idleSinceMillis;

    private @Nullable Region region;

    /** A chunk to be mapped; {@code filledBytes} is what its first object will surely fill. */
    Chunk(int sizeClass, long filledBytes) {
        this.sizeClass = sizeClass;
        this.blockBytes = SizeClasses.capacity(sizeClass);
        boolean small = SizeClasses.isSmall(sizeClass);
        this.blocks = small ? SizeClasses.blocksPerSlab(sizeClass) : 1;
        this.hugeBytes = small ? 0 : filledBytes & -Region.HUGE_PAGE;
        this.taken = new BitSet(blocks);
    }

    boolean isSlab() {
        return SizeClasses.isSmall(sizeClass);
    }

    long bytes() {
        return blockBytes * blocks;
    }

    long hugeBytes() {
        return hugeBytes;
    }

    boolean isMapped() {
        return region != null;
    }

    Region region() {
        return Objects.requireNonNull(region, "not mapped");
    }

    void mapped(Region fresh) {
        region = fresh;
    }

    /** Resident bytes that earlier owners left, in whole pages. */
    long touched() {
        return isSlab() ? SizeClasses.wholePages(touchedBlocks * blockBytes) : touchedBytes;
    }

    /** Resident bytes once a whole mapping holds an object of that size. */
    long touchedWith(long bytes) {
        long pages = bytes > hugeBytes ? SizeClasses.wholePages(bytes) : SizeClasses.wholeHugePages(bytes);
        return Math.max(touchedBytes, pages);
    }

    void touchedBy(long bytes) {
        touchedBytes = touchedWith(bytes);
    }

    boolean isUnused() {
        return live == 0;
    }

    boolean hasTouchedBlock() {
        return live < touchedBlocks;
    }

    boolean hasBlock() {
        return live < blocks;
    }

    /** Resident bytes that {@link #take} would add. */
    long growth() {
        return hasTouchedBlock() ? 0 : SizeClasses.wholePages((touchedBlocks + 1) * blockBytes) - touched();
    }

    /** Takes the lowest free block, so that untouched pages at the end stay untouched. */
    int take() {
        int block = taken.nextClearBit(0);
        taken.set(block);
        live++;
        touchedBlocks = Math.max(touchedBlocks, block + 1);
        return block;
    }

    void giveBack(int block) {
        if (!taken.get(block)) {
            throw new IllegalStateException("block is free already");
        }
        taken.clear(block);
        live--;
    }
}
