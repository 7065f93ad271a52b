package dev.baton.wasm;

/**
 * A guest decides how deep the stack is when it calls the host, so a stack overflow could otherwise strike anywhere in the host's code: between
 * taking a permit and the try that returns it, or in a class's static initialiser, which is then broken for good. Whoever is about to change
 * state on a guest's behalf first demands room; the overflow then happens here, where nothing has been done yet.
 */
final class StackProbe {
    /** With 24 long arguments a level takes some 200 bytes compiled and 500 interpreted: 96 KiB in all, or 250. */
    private static final int LEVELS = 500;

    private StackProbe() {}

    /**
     * Any thread. Takes a few microseconds.
     *
     * @throws StackOverflowError when less than that is left of the stack
     */
    static void demand() {
        if (descend(LEVELS, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24)
                == 0) {
            throw new AssertionError("the sum of positive numbers is not 0");
        }
    }

    @SuppressWarnings("TooManyParameters") // They are what fills the stack.
    private static long descend(
            int levels,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p,
            long q,
            long r,
            long s,
            long t,
            long u,
            long v,
            long w,
            long x) {
        if (levels == 0) {
            return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t + u + v + w + x;
        }
        // Rotated, so that each level has to store all of them anew.
        return 1 + descend(levels - 1, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, a);
    }
}
