package dev.baton.transfer;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.MemoryFile;
import dev.baton.kernel.NotSealedException;
import dev.baton.kernel.SealedMemory;
import dev.baton.reference.Reference;
import dev.baton.store.Adopted;
import dev.baton.store.Charge;
import dev.baton.store.Charging;
import dev.baton.store.Lookup;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.store.Reservation;
import dev.baton.store.StoredObject;
import dev.baton.transfer.InProcess.RefusedCallException;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The object API for programs that share memory with this sidecar: an object is the descriptor of a sealed file. The methods block and end
 * soon after an interrupt; never on an event loop.
 */
public final class ByDescriptor implements AutoCloseable {
    /** A get that finds no room does not wait in line for long: the bytes can be had over HTTP without any. */
    private static final Duration ROOM_FOR_GET = Duration.ofMillis(200);

    private final Supplier<Linux> kernel;
    private final ObjectStore store;
    private final References references;
    private final PullClient pulls;
    private final TransferStats stats;
    private final Duration putWait;
    private final BooleanSupplier draining;
    private final EventLoopGroup loops;
    private final Lents lents = new Lents();

    /**
     * What a producer says of the file that it gives.
     *
     * @param target the object API's path with its query
     * @param contentType null for none
     * @param digest the Repr-Digest field
     * @param size in bytes, or -1: as the file's
     */
    public record Wish(String target, @Nullable String contentType, @Nullable String digest, long size) {}

    /** An object that was made of a file. */
    public record Kept(String reference, long size, Instant expires) {}

    /** Memory that a consumer may still have, although its object's retrieval is over: it takes room until it is closed. */
    public record Lent(SealedMemory memory, Charge charge) implements AutoCloseable {
        @Override
        public void close() {
            try (charge) {
                memory.close();
            }
        }
    }

    /** An object on its way to a consumer. Exactly one of {@link #handedOver} and {@link #failed} must follow, once. Any thread. */
    public abstract static sealed class Taken {
        private final SealedMemory memory;
        private final String contentType;
        private final @Nullable String digest;
        private final TransferStats stats;
        private final long startNanos;

        private Taken(
                SealedMemory memory,
                String contentType,
                @Nullable String digest,
                TransferStats stats,
                long startNanos) {
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
    }

    /** A stored object that is a file already. Its pages are its producer's, not this sidecar's: nothing is kept for them. */
    private static final class Passed extends Taken {
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
    private static final class Copied extends Taken {
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

    /** @param putWait how long a put may wait for room */
    ByDescriptor(
            Supplier<Linux> kernel,
            ObjectStore store,
            References references,
            PullClient pulls,
            TransferStats stats,
            Duration putWait,
            BooleanSupplier draining,
            EventLoopGroup loops) {
        this.kernel = kernel;
        this.store = store;
        this.references = references;
        this.pulls = pulls;
        this.stats = stats;
        this.putWait = putWait;
        this.draining = draining;
        this.loops = loops;
    }

    /** Retrieves an object as a sealed file: without touching its bytes if it is one already, else in one copy. */
    public Taken take(String reference) throws RefusedCallException, InterruptedException {
        long startNanos = System.nanoTime();
        try {
            Reference opened = references.open(reference);
            Taken passed = references.own(opened) ? passed(opened, startNanos) : null;
            return passed == null ? copied(opened, startNanos) : passed;
        } catch (RefusedException refused) {
            stats.count(Operation.GET, DataPath.DESCRIPTOR, Outcome.REFUSED, 0, startNanos);
            throw InProcess.refusal(refused);
        }
    }

    /** Null if the object is not in a file, or not to be had: then the ordinary way says why. */
    private @Nullable Taken passed(Reference reference, long startNanos) throws InterruptedException {
        if (!(store.find(reference.object(), reference.capability()) instanceof Lookup.Found found)
                || !found.object().inFile()) {
            return null;
        }
        for (int attempt = 0; ; attempt++) {
            Reservation reservation = found.object().reserve();
            if (reservation instanceof Reservation.Reserved reserved) {
                SealedMemory memory = reserved.retrieval().sealed();
                if (memory == null) {
                    reserved.retrieval().giveBack();
                    return null;
                }
                return new Passed(found.object(), reserved, memory, stats, startNanos);
            }
            if (reservation instanceof Reservation.Gone) {
                throw Refusals.of(Pull.Gone.INSTANCE);
            }
            if (attempt == Claims.PATIENCE_MILLIS.length) {
                throw Refusals.of(Pull.Busy.INSTANCE);
            }
            Thread.sleep(Claims.PATIENCE_MILLIS[attempt]);
        }
    }

    private Taken copied(Reference reference, long startNanos) throws InterruptedException {
        long size = reference.size();
        if (size < 0) {
            throw new RefusedException(ErrorCode.NOT_IMPLEMENTED, "its size is not known yet: get it by its bytes");
        }
        Charge charge = room(size, ROOM_FOR_GET);
        Taken taken = null;
        try (MemoryFile file = create(size)) {
            EventLoop loop = loops.next();
            Pull.Bytes bytes = BlockingPull.pull(pulls, reference, loop);
            try {
                fill(file, bytes, size);
                taken = seal(file, bytes, charge, startNanos);
                return taken;
            } finally {
                if (taken == null) {
                    bytes.ending().abandon();
                }
            }
        } finally {
            if (taken == null) {
                charge.close();
            }
        }
    }

    private MemoryFile create(long size) {
        try {
            return MemoryFile.create(kernel.get(), "baton-object", size);
        } catch (LinuxException e) {
            boolean denied = e.errno() == Errno.ENOSYS || e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
            throw denied
                    ? new RefusedException(ErrorCode.NOT_IMPLEMENTED, "this machine allows no files in memory")
                    : new RefusedException(ErrorCode.STORE_FULL, "the machine has no memory for it");
        }
    }

    private static void fill(MemoryFile file, Pull.Bytes bytes, long size) throws InterruptedException {
        try {
            BlockingBody.drain(bytes.body(), new InProcess.Sink() {
                @Override
                public void expect(long expected) {}

                @Override
                public void write(ByteBuffer part) {
                    file.write(part);
                }
            });
        } catch (RefusedCallException broken) {
            throw new RefusedException(ErrorCode.PRODUCER_UNREACHABLE, "the object broke off in the middle");
        } catch (IndexOutOfBoundsException longer) {
            throw new RefusedException(ErrorCode.PRODUCER_UNREACHABLE, "the object is larger than its reference says");
        } catch (LinuxException refused) {
            throw new RefusedException(ErrorCode.STORE_FULL, "the machine has no memory for it");
        }
        if (file.written() != size) {
            throw new RefusedException(ErrorCode.PRODUCER_UNREACHABLE, "the object is smaller than its reference says");
        }
    }

    private Taken seal(MemoryFile file, Pull.Bytes bytes, Charge charge, long startNanos) {
        SealedMemory shown = null;
        try {
            file.seal();
            shown = file.open();
            // Two open files: only what hangs on the one that is handed over tells whether the consumer still has it.
            return new Copied(bytes, shown, new Lent(file.open(), charge), lents, stats, startNanos);
        } catch (LinuxException | NotSealedException refused) {
            if (shown != null) {
                shown.close();
            }
            throw new RefusedException(ErrorCode.STORE_FULL, "the machine has no descriptor for it");
        }
    }

    /** Makes an object of a file. The descriptor is taken over, whatever comes of it. */
    public Kept keep(Descriptor given, Wish wish) throws RefusedCallException, InterruptedException {
        long startNanos = System.nanoTime();
        SealedMemory memory = null;
        try {
            if (draining.getAsBoolean()) {
                throw new RefusedException(ErrorCode.DRAINING, "a new object would end with this pod");
            }
            PutQuery query = PutQuery.of(wish.target());
            if (query.early()) {
                throw new RefusedException(
                        ErrorCode.BAD_REQUEST, "a sealed file is complete: there is nothing to announce");
            }
            memory = adopt(given);
            PutSpec spec = spec(memory, query, wish);
            Charge charge = room(spec.size(), putWait);
            SealedMemory kept = memory;
            memory = null;
            Adopted adopted = store.adopt(spec, charge, kept);
            String reference = seal(adopted, spec);
            stats.count(Operation.PUT, DataPath.DESCRIPTOR, Outcome.DONE, spec.size(), startNanos);
            return new Kept(reference, spec.size(), adopted.expires());
        } catch (RefusedException refused) {
            stats.count(Operation.PUT, DataPath.DESCRIPTOR, Outcome.REFUSED, 0, startNanos);
            throw InProcess.refusal(refused);
        } finally {
            given.close();
            if (memory != null) {
                memory.close();
            }
        }
    }

    private SealedMemory adopt(Descriptor given) {
        try {
            return SealedMemory.adopt(kernel.get(), given);
        } catch (NotSealedException unfit) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, String.valueOf(unfit.getMessage()));
        } catch (LinuxException refused) {
            throw new RefusedException(ErrorCode.TOO_MANY_FILES, "the sidecar has no descriptor for it");
        }
    }

    private static PutSpec spec(SealedMemory memory, PutQuery query, Wish wish) {
        if (wish.size() >= 0 && wish.size() != memory.size()) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "the file does not have the size that was announced");
        }
        try {
            return new PutSpec(
                    memory.size(),
                    query.retrievals(),
                    query.ttl(),
                    wish.contentType() == null ? PullProtocol.OCTETS : wish.contentType(),
                    wish.digest());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private String seal(Adopted adopted, PutSpec spec) {
        try {
            return references.seal(
                    adopted.id(),
                    adopted.capability(),
                    spec.size(),
                    spec.retrievals(),
                    adopted.expires().toEpochMilli());
        } catch (RefusedException unsealed) {
            store.delete(adopted.id(), adopted.capability());
            throw unsealed;
        }
    }

    /** Frees memory that its consumers have let go; to be called about once a second while {@link #lent} is not 0. Any thread. */
    public void sweep() {
        lents.sweep();
    }

    /** Objects whose retrieval is over, but not their consumers' use of this sidecar's memory. */
    public int lent() {
        return lents.count();
    }

    /** Lets go of all that is lent: its consumers keep it, the budget forgets it. */
    @Override
    public void close() {
        lents.close();
    }

    private Charge room(long bytes, Duration wait) throws InterruptedException {
        return switch (store.charge(bytes)) {
            case Charging.Granted granted -> granted.charge();
            case Charging.Waiting waiting -> {
                lents.sweep();
                yield turn(waiting.charge(), wait);
            }
            case Charging.TooLarge tooLarge ->
                throw new RefusedException(
                        ErrorCode.TOO_LARGE, "the store holds " + tooLarge.budgetBytes() + " bytes in all");
            case Charging.TooMany tooMany ->
                throw new RefusedException(ErrorCode.TOO_MANY_FILES, "send or get its bytes instead");
        };
    }

    private static Charge turn(CompletableFuture<Charge> turn, Duration wait) throws InterruptedException {
        try {
            return turn.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException late) {
            leave(turn);
            throw new RefusedException(ErrorCode.STORE_FULL, "no room in time");
        } catch (InterruptedException left) {
            leave(turn);
            throw left;
        }
    }

    private static void leave(CompletableFuture<Charge> turn) {
        if (!turn.cancel(false) && !turn.isCompletedExceptionally()) {
            turn.join().close();
        }
    }
}
