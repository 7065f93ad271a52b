package dev.baton;

import java.util.function.LongSupplier;

/**
 * Keeps the heap near what is in use. The serial collector lets its old generation grow up to {@code -Xmx} before it looks for garbage
 * there, so that a burst of connections that live for a second each would fill all of it once and leave the process that large for
 * ever. This asks for a collection when twice as much is used as the last one left. Traffic on kept connections leaves next to
 * nothing in the old generation and never comes here.
 *
 * <p>Costs a look once a second: no thread, no management bean. One thread only.
 */
final class HeapKeeper {
    /** Some 11 MiB are used by a sidecar at rest, and up to 4 by the young generation. */
    static final long LEAST_BYTES = 32L << 20;

    private final LongSupplier usedBytes;
    private final Runnable collect;
    private long leftBytes;

    /** @param collect returns when {@code usedBytes} is what is in use; stops all threads meanwhile, some 30 ms */
    HeapKeeper(LongSupplier usedBytes, Runnable collect) {
        this.usedBytes = usedBytes;
        this.collect = collect;
    }

    /** Of this process. */
    static HeapKeeper ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new HeapKeeper(() -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
    }

    void housekeeping() {
        if (usedBytes.getAsLong() > Math.max(LEAST_BYTES, 2 * leftBytes)) {
            collect.run();
            leftBytes = usedBytes.getAsLong();
        }
    }
}
