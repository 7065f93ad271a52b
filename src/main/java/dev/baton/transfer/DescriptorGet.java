package dev.baton.transfer;

import dev.baton.kernel.Errno;
import dev.baton.kernel.Linux;
import dev.baton.kernel.LinuxException;
import dev.baton.kernel.MemoryFile;
import dev.baton.kernel.NotSealedException;
import dev.baton.kernel.SealedMemory;
import dev.baton.pull.Claims;
import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.pull.PullClient;
import dev.baton.reference.Reference;
import dev.baton.store.Charge;
import dev.baton.store.Lookup;
import dev.baton.store.ObjectStore;
import dev.baton.store.Reservation;
import dev.baton.transfer.InProcess.RefusedCallException;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import io.netty.channel.EventLoopGroup;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hands objects out as sealed files. Blocks; never on an event loop. */
final class DescriptorGet {
    /** A get that finds no room does not wait in line for long: the bytes can be had over HTTP without any. */
    private static final Duration ROOM_FOR_GET = Duration.ofMillis(200);

    private final Supplier<Linux> kernel;
    private final ObjectStore store;
    private final References references;
    private final PullClient pulls;
    private final TransferStats stats;
    private final FileRoom room;
    private final Lents lents;
    private final EventLoopGroup loops;

    DescriptorGet(
            Supplier<Linux> kernel,
            ObjectStore store,
            References references,
            PullClient pulls,
            TransferStats stats,
            FileRoom room,
            Lents lents,
            EventLoopGroup loops) {
        this.kernel = kernel;
        this.store = store;
        this.references = references;
        this.pulls = pulls;
        this.stats = stats;
        this.room = room;
        this.lents = lents;
        this.loops = loops;
    }

    /** See {@link ByDescriptor#take}. */
    Taken take(String reference) throws RefusedCallException, InterruptedException {
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
                return new Taken.Passed(found.object(), reserved, memory, stats, startNanos);
            }
            if (reservation instanceof Reservation.Gone) {
                throw Refusals.of(Pull.Gone.INSTANCE);
            }
            int patience = Claims.patienceMillis(attempt);
            if (patience < 0) {
                throw Refusals.of(Pull.Busy.INSTANCE);
            }
            Thread.sleep(patience);
        }
    }

    private Taken copied(Reference reference, long startNanos) throws InterruptedException {
        long size = reference.size();
        if (size < 0) {
            throw new RefusedException(ErrorCode.NOT_IMPLEMENTED, "its size is not known yet: get it by its bytes");
        }
        Charge charge = room.take(size, ROOM_FOR_GET);
        Taken taken = null;
        try (MemoryFile file = create(size)) {
            Pull.Bytes bytes = BlockingPull.pull(pulls, reference, loops.next());
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
            return new Taken.Copied(bytes, shown, new Lent(file.open(), charge), lents, stats, startNanos);
        } catch (LinuxException | NotSealedException refused) {
            if (shown != null) {
                shown.close();
            }
            throw new RefusedException(ErrorCode.STORE_FULL, "the machine has no descriptor for it");
        }
    }
}
