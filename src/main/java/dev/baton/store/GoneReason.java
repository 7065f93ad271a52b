package dev.baton.store;

/** Why an object that existed cannot be retrieved any more. */
public enum GoneReason {
    /** Every retrieval has been committed, or burnt by broken attempts. */
    COMMITTED,
    /** Its time to live has passed. */
    EXPIRED,
    /** Its owner deleted it, or the store was closed. */
    DELETED,
    /** Its writer gave up before the last byte. */
    ABORTED
}
