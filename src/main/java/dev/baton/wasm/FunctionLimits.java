package dev.baton.wasm;

import java.time.Duration;

/**
 * What functions may use.
 *
 * @param threads calls that run at once; a call inside a call needs no further one
 * @param queued calls that wait for a thread; further ones are refused
 * @param stackBytes stack of such a thread; it bounds how deep guests may recurse
 * @param depth calls of functions inside calls of functions
 * @param call wall-clock time of one call from outside with all calls inside it, less waiting for the request's body
 * @param memoryPages linear memory of one instance in pages of 64 KiB, at most 32767; what a module declares as its own maximum holds too
 * @param memoryBytes linear memory of all instances together, idle memory kept for reuse included
 * @param warmBytes of this, idle memory that is kept, as its pages cost less than fresh ones
 * @param warmIdle how long it is kept
 * @param moduleBytes size of a module
 * @param compile time in which a module must be compiled
 * @param dearStart instances whose start takes longer are used again for later calls of the same function; others serve one call each
 */
public record FunctionLimits(
        int threads,
        int queued,
        int stackBytes,
        int depth,
        Duration call,
        int memoryPages,
        long memoryBytes,
        long warmBytes,
        Duration warmIdle,
        int moduleBytes,
        Duration compile,
        Duration dearStart) {
    private static final int STACK_BYTES_MIN = 512 << 10;

    public FunctionLimits {
        if (threads < 1 || queued < 0 || depth < 1 || moduleBytes < 8 || warmBytes < 0) {
            throw new IllegalArgumentException("limits of functions must be positive");
        }
        if (stackBytes < STACK_BYTES_MIN) {
            throw new IllegalArgumentException("a function needs at least " + STACK_BYTES_MIN + " bytes of stack");
        }
        if (memoryPages < 1 || memoryPages > LinearMemories.PAGES_MAX || memoryBytes < (long) LinearMemory.PAGE_SIZE) {
            throw new IllegalArgumentException("linear memory: 1 to 32767 pages of 64 KiB");
        }
        if (!call.isPositive() || !compile.isPositive() || warmIdle.isNegative() || dearStart.isNegative()) {
            throw new IllegalArgumentException("durations of functions must be positive");
        }
    }

    /**
     * 64 threads, 16 levels, 60 s a call, 2 GiB - 64 KiB an instance.
     *
     * @see #of
     */
    public static FunctionLimits ofMemory(long memoryBytes) {
        return of(
                64, 16, Duration.ofSeconds(60), (long) LinearMemories.PAGES_MAX * LinearMemory.PAGE_SIZE, memoryBytes);
    }

    /**
     * 1000 calls may wait, 1 MiB of stack, modules of 32 MiB compiled within 60 s, a quarter of the whole memory kept warm for 30 s.
     *
     * @param instanceBytes linear memory of one instance, in whole pages
     */
    public static FunctionLimits of(int threads, int depth, Duration call, long instanceBytes, long memoryBytes) {
        return new FunctionLimits(
                threads,
                1000,
                1 << 20,
                depth,
                call,
                (int) (instanceBytes / LinearMemory.PAGE_SIZE),
                memoryBytes,
                memoryBytes / 4,
                Duration.ofSeconds(30),
                32 << 20,
                Duration.ofSeconds(60),
                Duration.ofMillis(2));
    }
}
