package dev.baton.store;

import java.util.UUID;

/** What is remembered of an ended object. */
final class Tombstone extends Timed {
    final UUID id;
    final UUID capability;
    final GoneReason reason;

    Tombstone(UUID id, UUID capability, GoneReason reason, long deadlineMillis) {
        super(deadlineMillis);
        this.id = id;
        this.capability = capability;
        this.reason = reason;
    }
}
