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

    private final @Nullable Stored[] slots = new Stored[SLOTS];
    /** The slot that {@link #due} looks at next, counted in seconds. */
    private long cursor;

    Wheel(long nowMillis) {
        cursor = nowMillis / SLOT_MILLIS;
    }

    void add(Stored object) {
        // What is already due goes where the next look falls.
        long second = Math.max(object.deadlineMillis / SLOT_MILLIS, cursor);
        int slot = (int) (second % SLOTS);
        Stored head = slots[slot];
        object.slot = slot;
        object.after = head;
        if (head != null) {
            head.before = object;
        }
        slots[slot] = object;
    }

    /** Does nothing when it is not in the wheel. */
    void remove(Stored object) {
        if (object.slot == NOWHERE) {
            return;
        }
        if (object.before == null) {
            slots[object.slot] = object.after;
        } else {
            object.before.after = object.after;
        }
        if (object.after != null) {
            object.after.before = object.before;
        }
        object.before = null;
        object.after = null;
        object.slot = NOWHERE;
    }

    /**
     * Removes what is due.
     *
     * @param limit how many at most, so that the lock is not held for long
     * @return whether there may be more
     */
    boolean due(long nowMillis, int limit, List<Stored> due) {
        long now = nowMillis / SLOT_MILLIS;
        cursor = Math.max(cursor, now - SLOTS);
        while (true) {
            Stored next = slots[(int) (cursor % SLOTS)];
            while (next != null) {
                Stored object = next;
                next = object.after;
                // A slot also holds what is due one or more turns of the wheel later.
                if (object.deadlineMillis <= nowMillis) {
                    remove(object);
                    due.add(object);
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
