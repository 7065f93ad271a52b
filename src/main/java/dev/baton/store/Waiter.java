package dev.baton.store;

import java.util.concurrent.CompletableFuture;

/** Somebody who waits for room. */
abstract sealed class Waiter {
    /** A put that has not begun. */
    static final class Put extends Waiter {
        final PutSpec spec;
        final CompletableFuture<Upload> upload = new CompletableFuture<>();

        Put(PutSpec spec) {
            this.spec = spec;
        }

        @Override
        CompletableFuture<Upload> future() {
            return upload;
        }
    }

    /** An upload of unknown size that cannot go on without that many more bytes. */
    static final class Growth extends Waiter {
        final Writer writer;
        final long bytes;
        /** What it has already. */
        final long heldBytes;

        final CompletableFuture<Void> room = new CompletableFuture<>();

        Growth(Writer writer, long bytes) {
            this.writer = writer;
            this.bytes = bytes;
            this.heldBytes = writer.object.content.capacity();
        }

        @Override
        CompletableFuture<Void> future() {
            return room;
        }
    }

    abstract CompletableFuture<?> future();
}
