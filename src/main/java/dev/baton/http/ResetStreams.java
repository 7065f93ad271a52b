package dev.baton.http;

import org.jspecify.annotations.Nullable;

/** The streams of a connection that this side has reset last. Event loop only. */
final class ResetStreams {
    private static final int KEPT = 256;

    private int @Nullable [] ids;
    private int next;

    void add(int id) {
        int[] kept = ids;
        if (kept == null) {
            kept = new int[KEPT];
            ids = kept;
        }
        kept[next++ % KEPT] = id;
    }

    boolean contains(int id) {
        int[] kept = ids;
        if (kept != null) {
            for (int i = 0; i < KEPT; i++) {
                if (kept[i] == id) {
                    return true;
                }
            }
        }
        return false;
    }
}
