package dev.baton.store;

import org.jspecify.annotations.Nullable;

/** Something whose time will come; its links belong to the {@link Wheel} that holds it. */
abstract sealed class Timed permits Stored, Tombstone {
    long deadlineMillis;

    int slot = Wheel.NOWHERE;

    @Nullable
    Timed before;

    @Nullable
    Timed after;

    Timed(long deadlineMillis) {
        this.deadlineMillis = deadlineMillis;
    }
}
