package dev.baton.store;

import dev.baton.kernel.Region;

/**
 * The sizes that memory comes in. Small ones are blocks that share a mapping: powers of two up to a page, then whole pages. Large ones are
 * mappings of their own: four per doubling, so that at most a quarter of the address space is unused (and untouched) behind an object.
 */
final class SizeClasses {
    static final int PAGE = 4096;
    static final int SMALL_MAX = 32 << 10;

    private static final int BLOCK_MIN_SHIFT = 7;
    private static final int PAGE_SHIFT = 12;
    private static final int SUB_PAGE_CLASSES = PAGE_SHIFT - BLOCK_MIN_SHIFT;
    static final int SMALL_CLASSES = SUB_PAGE_CLASSES + SMALL_MAX / PAGE;

    private static final int LARGE_MIN_SHIFT = 15;
    private static final int STEPS_SHIFT = 2;
    private static final int STEPS_MASK = (1 << STEPS_SHIFT) - 1;
    /** Further classes from which a larger mapping is still taken rather than a fresh one: below twice the size. */
    static final int NEAR = 3;

    /** Objects end below 2^47 bytes: the address space of a process. */
    static final int CLASSES = SMALL_CLASSES + ((47 - LARGE_MIN_SHIFT) << STEPS_SHIFT) + NEAR;

    private static final int SLAB_BLOCKS = 64;
    private static final int SLAB_MIN = 256 << 10;

    private SizeClasses() {}

    /** The class of the smallest memory that holds that many bytes, at least 1. */
    static int of(long bytes) {
        if (bytes <= PAGE) {
            int shift = Long.SIZE - Long.numberOfLeadingZeros(Math.max(bytes, 1L << BLOCK_MIN_SHIFT) - 1);
            return shift - BLOCK_MIN_SHIFT;
        }
        if (bytes <= SMALL_MAX) {
            return SUB_PAGE_CLASSES - 1 + (int) ((bytes + PAGE - 1) >> PAGE_SHIFT);
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes - 1);
        int step = (int) ((bytes - 1) >> (shift - STEPS_SHIFT)) & STEPS_MASK;
        return SMALL_CLASSES + ((shift - LARGE_MIN_SHIFT) << STEPS_SHIFT) + step;
    }

    static boolean isSmall(int sizeClass) {
        return sizeClass < SMALL_CLASSES;
    }

    /** Bytes that memory of this class holds. */
    static long capacity(int sizeClass) {
        if (sizeClass < SUB_PAGE_CLASSES) {
            return 1L << (BLOCK_MIN_SHIFT + sizeClass);
        }
        if (isSmall(sizeClass)) {
            return (sizeClass - SUB_PAGE_CLASSES + 1L) << PAGE_SHIFT;
        }
        int large = sizeClass - SMALL_CLASSES;
        int shift = LARGE_MIN_SHIFT + (large >> STEPS_SHIFT);
        long steps = 1L + (1 << STEPS_SHIFT) + (large & STEPS_MASK);
        return steps << (shift - STEPS_SHIFT);
    }

    /** How many blocks of a small class share one mapping. */
    static int blocksPerSlab(int sizeClass) {
        return (int) Math.max(SLAB_BLOCKS, SLAB_MIN / capacity(sizeClass));
    }

    static long wholeHugePages(long bytes) {
        return (bytes + Region.HUGE_PAGE - 1) & -Region.HUGE_PAGE;
    }

    static long wholePages(long bytes) {
        return (bytes + PAGE - 1) & -PAGE;
    }
}
