package dev.baton.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines in slots of a second (a hashed timing wheel, Varghese and Lauck 1987): adding and removing cost the same however many there are, and
 * nothing is allocated. Guarded by the store's lock.
 */
final class Wheel {
    static final int NOWHERE = -1;
    private static final int SLOTS = 1024;
    private static final int SLOT_MILLIS = 1000;

    private final @Nullable Timed[] slots = new Timed[SLOTS];
    /** The slot that {@link #due} looks at next, counted in seconds. */
    private long cursor;

    Wheel(long nowMillis) {
        cursor = nowMillis / SLOT_MILLIS;
    }

    void add(Timed timed) {
        // What is already due goes where the next look falls.
        long second = Math.max(timed.deadlineMillis / SLOT_MILLIS, cursor);
        int slot = (int) (second % SLOTS);
        Timed head = slots[slot];
        timed.slot = slot;
        timed.after = head;
        if (head != null) {
            head.before = timed;
        }
        slots[slot] = timed;
    }

    /** Does nothing when it is not in the wheel. */
    void remove(Timed timed) {
        if (timed.slot == NOWHERE) {
            return;
        }
        if (timed.before == null) {
            slots[timed.slot] = timed.after;
        } else {
            timed.before.after = timed.after;
        }
        if (timed.after != null) {
            timed.after.before = timed.before;
        }
        timed.before = null;
        timed.after = null;
        timed.slot = NOWHERE;
    }

    /**
     * Removes what is due.
     *
     * @param limit how many at most, so that the lock is not held for long
     * @return whether there may be more
     */
    boolean due(long nowMillis, int limit, List<Timed> due) {
        long now = nowMillis / SLOT_MILLIS;
        cursor = Math.max(cursor, now - SLOTS);
        while (true) {
            Timed next = slots[(int) (cursor % SLOTS)];
            while (next != null) {
                Timed timed = next;
                next = timed.after;
                // A slot also holds what is due one or more turns of the wheel later.
                if (timed.deadlineMillis <= nowMillis) {
                    remove(timed);
                    due.add(timed);
                    if (due.size() == limit) {
                        return true;
                    }
                }
            }
            if (cursor >= now) {
                return false;
            }
            cursor++;
        }
    }
}
