package dev.baton.store;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The ended objects that are remembered, bounded in number: the oldest makes room. Under load they come and go as fast as objects do, but live long;
 * so they are rows of arrays instead of objects, some 50 bytes each, and nothing for the garbage collector to follow. Guarded by the
 * store's lock.
 */
final class Tombstones {
    private static final int COLUMNS = 5;
    private static final int ROWS_MIN = 64;

    private final int max;

    /** A ring of rows: id, capability, deadline. */
    private long[] rows = new long[0];

    private GoneReason[] reasons = new GoneReason[0];
    /** A hash table by id, probed in line: 0, or one more than a row's number. Twice the rows, a power of two. */
    private int[] table = new int[0];

    private int oldest;
    private int count;

    Tombstones(int max) {
        this.max = max;
    }

    int count() {
        return count;
    }

    void bury(UUID id, UUID capability, GoneReason reason, long deadlineMillis) {
        if (max == 0) {
            return;
        }
        if (count == max) {
            forgetOldest();
        } else if (count == reasons.length) {
            grow();
        }
        int row = (oldest + count) % reasons.length;
        count++;
        int start = row * COLUMNS;
        rows[start] = id.getMostSignificantBits();
        rows[start + 1] = id.getLeastSignificantBits();
        rows[start + 2] = capability.getMostSignificantBits();
        rows[start + 3] = capability.getLeastSignificantBits();
        rows[start + 4] = deadlineMillis;
        reasons[row] = reason;
        insert(row);
    }

    /** Why the object ended, if it is remembered, the time has not passed and the capability is its own; the comparison takes the same time whatever differs. */
    @Nullable
    GoneReason find(UUID id, UUID capability, long nowMillis) {
        if (count == 0) {
            return null;
        }
        for (int slot = home(id.getLeastSignificantBits()); table[slot] != 0; slot = next(slot)) {
            int start = (table[slot] - 1) * COLUMNS;
            if (rows[start + 1] == id.getLeastSignificantBits() && rows[start] == id.getMostSignificantBits()) {
                long difference = (rows[start + 2] ^ capability.getMostSignificantBits())
                        | (rows[start + 3] ^ capability.getLeastSignificantBits());
                return difference == 0 && nowMillis < rows[start + 4] ? reasons[table[slot] - 1] : null;
            }
        }
        return null;
    }

    /** Drops the oldest as far as their time has passed. Younger ones whose time is shorter stay behind them, unseen. */
    void forget(long nowMillis) {
        while (count > 0 && rows[oldest * COLUMNS + 4] <= nowMillis) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        int hole = home(rows[oldest * COLUMNS + 1]);
        while (table[hole] != oldest + 1) {
            hole = next(hole);
        }
        // Moves later ones of the same run into the hole, as far as that brings them no further from home than they
        // began.
        for (int slot = next(hole); table[slot] != 0; slot = next(slot)) {
            int home = home(rows[(table[slot] - 1) * COLUMNS + 1]);
            if (distance(home, slot) >= distance(hole, slot)) {
                table[hole] = table[slot];
                hole = slot;
            }
        }
        table[hole] = 0;
        oldest = (oldest + 1) % reasons.length;
        count--;
    }

    private void grow() {
        int length = Math.min(max, Math.max(ROWS_MIN, reasons.length * 2));
        long[] moreRows = new long[length * COLUMNS];
        GoneReason[] moreReasons = new GoneReason[length];
        for (int i = 0; i < count; i++) {
            int row = (oldest + i) % reasons.length;
            System.arraycopy(rows, row * COLUMNS, moreRows, i * COLUMNS, COLUMNS);
            moreReasons[i] = reasons[row];
        }
        rows = moreRows;
        reasons = moreReasons;
        oldest = 0;
        table = new int[Integer.highestOneBit(length) * 4];
        for (int i = 0; i < count; i++) {
            insert(i);
        }
    }

    private void insert(int row) {
        int slot = home(rows[row * COLUMNS + 1]);
        while (table[slot] != 0) {
            slot = next(slot);
        }
        table[slot] = row + 1;
    }

    /** Ids are random: their bits need no mixing. */
    private int home(long idBits) {
        return (int) idBits & (table.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (table.length - 1);
    }

    private int distance(int from, int to) {
        return (to - from) & (table.length - 1);
    }
}
