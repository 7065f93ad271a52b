package dev.baton.demo;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What this run's sidecars may use, and what does not fit.
 *
 * @param storeBytes budget of each sidecar's object store
 * @param functionsBytes linear memory of all Wasm functions of a sidecar together
 */
record Limits(long storeBytes, long functionsBytes) {
    /** The most that a linear memory holds: 32767 pages of 64 KiB. */
    static final long LINEAR_MEMORY = (2L << 30) - (64 << 10);

    /** What a sample function needs of its memory for itself: its stack, its data, its allocator. */
    static final long OWN = 2 << 20;

    /** One function that hands the file on, and one that takes it. */
    private static final int AT_ONCE = 2;

    /** Linear memory for functions that hold the file. */
    static long functionsNeed(long fileBytes) {
        return AT_ONCE * Math.min(fileBytes + OWN, LINEAR_MEMORY);
    }

    String storeTooSmall() {
        return "the file is larger than the store of " + storeBytes + " bytes";
    }

    /** Why a Wasm function cannot hold a file of that size; null if it can. */
    @Nullable
    String linearMemoryTooSmall(long fileBytes) {
        if (fileBytes > LINEAR_MEMORY) {
            return "the file is larger than a linear memory, which has 2 GiB - 64 KiB at most";
        }
        if (fileBytes + OWN > LINEAR_MEMORY) {
            return "a linear memory has 2 GiB - 64 KiB at most, which the file leaves no room for the function in";
        }
        if (functionsNeed(fileBytes) > functionsBytes) {
            return String.format(
                    Locale.ROOT,
                    "this machine has not the memory for it: %d bytes for linear memories, %d are needed",
                    functionsBytes,
                    functionsNeed(fileBytes));
        }
        return null;
    }
}
