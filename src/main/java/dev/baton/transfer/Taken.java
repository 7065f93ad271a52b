package dev.baton.transfer;

import dev.baton.kernel.SealedMemory;
import dev.baton.pull.DataPath;
import dev.baton.pull.Pull;
import dev.baton.store.Reservation;
import dev.baton.store.StoredObject;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import org.jspecify.annotations.Nullable;

/** An object on its way to a consumer. Exactly one of {@link #handedOver} and {@link #failed} must follow, once. Any thread. */
public abstract sealed class Taken {
    private final SealedMemory memory;
    private final String contentType;
    private final @Nullable String digest;
    private final TransferStats stats;
    private final long startNanos;

    private Taken(
            SealedMemory memory, String contentType, @Nullable String digest, TransferStats stats, long startNanos) {
        this.memory = memory;
        this.contentType = contentType;
        this.digest = digest;
        this.stats = stats;
        this.startNanos = startNanos;
    }

    /** What to hand over; open until one of the two ends. */
    public SealedMemory memory() {
        return memory;
    }

    public String contentType() {
        return contentType;
    }

    /** The producer's Repr-Digest field. */
    public @Nullable String digest() {
        return digest;
    }

    /**
     * The consumer has the descriptor: the retrieval is used up. Gives what is to be closed when the consumer's connection ends, where
     * nothing else tells when the consumer lets go of the memory; null otherwise.
     */
    public @Nullable Lent handedOver() {
        stats.count(Operation.GET, DataPath.DESCRIPTOR, Outcome.DONE, memory.size(), startNanos);
        return commit();
    }

    /** It has not: the object may be had by the next one. */
    public void failed() {
        stats.count(Operation.GET, DataPath.DESCRIPTOR, Outcome.BROKEN, 0, startNanos);
        giveBack();
    }

    abstract @Nullable Lent commit();

    abstract void giveBack();

    /** A stored object that is a file already. Its pages are its producer's, not this sidecar's: nothing is kept for them. */
    static final class Passed extends Taken {
        private final Reservation.Reserved reserved;

        Passed(
                StoredObject object,
                Reservation.Reserved reserved,
                SealedMemory memory,
                TransferStats stats,
                long startNanos) {
            super(memory, object.contentType(), object.digest(), stats, startNanos);
            this.reserved = reserved;
        }

        @Override
        @Nullable
        Lent commit() {
            reserved.retrieval().commit();
            return null;
        }

        @Override
        void giveBack() {
            reserved.retrieval().giveBack();
        }
    }

    /** A copy that was made for this consumer. */
    static final class Copied extends Taken {
        private final Pull.Bytes bytes;
        private final Lent kept;
        private final Lents lents;

        Copied(Pull.Bytes bytes, SealedMemory shown, Lent kept, Lents lents, TransferStats stats, long startNanos) {
            super(shown, bytes.contentType(), bytes.digest(), stats, startNanos);
            this.bytes = bytes;
            this.kept = kept;
            this.lents = lents;
        }

        @Override
        @Nullable
        Lent commit() {
            bytes.ending().acknowledge();
            memory().close();
            return lents.add(kept) ? null : kept;
        }

        @Override
        void giveBack() {
            bytes.ending().abandon();
            memory().close();
            kept.close();
        }
    }
}
