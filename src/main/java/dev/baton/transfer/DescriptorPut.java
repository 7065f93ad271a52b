package dev.baton.transfer;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.NotSealedException;
import dev.baton.kernel.SealedMemory;
import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.PullProtocol;
import dev.baton.store.Adopted;
import dev.baton.store.Charge;
import dev.baton.store.ObjectStore;
import dev.baton.store.PutSpec;
import dev.baton.transfer.ByDescriptor.Kept;
import dev.baton.transfer.ByDescriptor.Wish;
import dev.baton.transfer.InProcess.RefusedCallException;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Takes sealed files in as objects. Blocks; never on an event loop. */
final class DescriptorPut {
    private final Supplier<Linux> kernel;
    private final ObjectStore store;
    private final References references;
    private final TransferStats stats;
    private final FileRoom room;
    private final Duration putWait;
    private final BooleanSupplier draining;

    DescriptorPut(
            Supplier<Linux> kernel,
            ObjectStore store,
            References references,
            TransferStats stats,
            FileRoom room,
            Duration putWait,
            BooleanSupplier draining) {
        this.kernel = kernel;
        this.store = store;
        this.references = references;
        this.stats = stats;
        this.room = room;
        this.putWait = putWait;
        this.draining = draining;
    }

    /** See {@link ByDescriptor#keep}. */
    Kept keep(Descriptor given, Wish wish) throws RefusedCallException, InterruptedException {
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
            Charge charge = room.take(spec.size(), putWait);
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
}
