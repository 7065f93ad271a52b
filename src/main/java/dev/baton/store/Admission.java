package dev.baton.store;

import java.util.concurrent.CompletableFuture;

/** The store's answer to a wish to put an object, given before any byte of its body is read. */
public sealed interface Admission {
    /** There is room; it is taken from now on until the upload is aborted or the object's memory is freed. */
    record Admitted(Upload upload) implements Admission {}

    /**
     * There is no room yet. Waiters are served in the order of their arrival; the future completes on the thread that frees the room.
     * Cancelling it (or completing it in any other way) leaves the queue. It fails with {@link dev.baton.kernel.LinuxException} when the
     * kernel refuses memory or a descriptor, and with {@link IllegalStateException} when the store is closed.
     */
    record Waiting(CompletableFuture<Upload> upload) implements Admission {}

    /** The object can never fit, however long one waits. */
    record TooLarge(long budgetBytes) implements Admission {}

    /** The kernel refused memory or a descriptor, although the budget has room; nothing is held. */
    record Refused(dev.baton.kernel.LinuxException cause) implements Admission {}
}
