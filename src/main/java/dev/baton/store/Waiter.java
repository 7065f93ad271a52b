package dev.baton.store;

import java.util.concurrent.CompletableFuture;

/** Somebody who waits for room. */
abstract sealed class Waiter {
    /** A put that has not begun. */
    static final class Put extends Waiter {
        private final ObjectStore store;
        final PutSpec spec;
        final CompletableFuture<Upload> upload = new CompletableFuture<>();

        Put(ObjectStore store, PutSpec spec) {
            this.store = store;
            this.spec = spec;
        }

        @Override
        CompletableFuture<Upload> future() {
            return upload;
        }

        @Override
        void grant(Claim claim) {
            Upload opened = store.open(spec, claim);
            if (!upload.complete(opened)) {
                opened.abort();
            }
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

        @Override
        void grant(Claim claim) {
            writer.extend(claim);
            room.complete(null);
        }
    }

    /** Somebody who wants room for memory outside of the pool. */
    static final class Outside extends Waiter {
        private final Books books;
        /** In whole pages. */
        final long bytes;

        final CompletableFuture<Charge> charge = new CompletableFuture<>();

        Outside(Books books, long bytes) {
            this.books = books;
            this.bytes = bytes;
        }

        @Override
        CompletableFuture<Charge> future() {
            return charge;
        }

        @Override
        void grant(Claim claim) {
            Charge granted = new Charge(books, bytes);
            try {
                books.room.settle(claim);
            } finally {
                if (!charge.complete(granted)) {
                    granted.close();
                }
            }
        }
    }

    abstract CompletableFuture<?> future();

    /** Makes the claim real, for the one who waited. Without the lock; the future fails with what this throws. */
    abstract void grant(Claim claim);
}
