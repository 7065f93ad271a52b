package dev.baton.transfer;

import dev.baton.kernel.Descriptor;
import dev.baton.kernel.Linux;
import dev.baton.pull.PullClient;
import dev.baton.store.ObjectStore;
import dev.baton.transfer.InProcess.RefusedCallException;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The object API for programs that share memory with this sidecar: an object is the descriptor of a sealed file. {@link #take} and
 * {@link #keep} block and end soon after an interrupt; never on an event loop.
 */
public final class ByDescriptor implements AutoCloseable {
    private final Lents lents = new Lents();
    private final DescriptorGet gets;
    private final DescriptorPut puts;

    /**
     * What a producer says of the file that it gives.
     *
     * @param target the object API's path with its query
     * @param contentType null for none
     * @param digest the Repr-Digest field
     * @param size in bytes, or -1: as the file's
     */
    public record Wish(String target, @Nullable String contentType, @Nullable String digest, long size) {}

    /**
     * An object that was made of a file.
     *
     * @param size in bytes
     */
    public record Kept(String reference, long size, Instant expires) {}

    /**
     * Puts it together.
     *
     * @param putWait how long a put may wait for room
     * @param draining asked at every put: this pod is about to end
     */
    ByDescriptor(
            Supplier<Linux> kernel,
            ObjectStore store,
            References references,
            PullClient pulls,
            TransferStats stats,
            Duration putWait,
            BooleanSupplier draining,
            EventLoopGroup loops) {
        FileRoom room = new FileRoom(store, lents);
        gets = new DescriptorGet(kernel, store, references, pulls, stats, room, lents, loops);
        puts = new DescriptorPut(kernel, store, references, stats, room, putWait, draining);
    }

    /**
     * Retrieves an object as a sealed file: without touching its bytes if it is one already, else in one copy.
     *
     * @throws RefusedCallException with the object API's code; the object may then be had by its bytes
     */
    public Taken take(String reference) throws RefusedCallException, InterruptedException {
        return gets.take(reference);
    }

    /**
     * Makes an object of a file. The descriptor is taken over, whatever comes of it.
     *
     * @throws RefusedCallException with the object API's code: nothing is kept
     */
    public Kept keep(Descriptor given, Wish wish) throws RefusedCallException, InterruptedException {
        return puts.keep(given, wish);
    }

    /** Frees memory that its consumers have let go; to be called about once a second while {@link #lent} is not 0. Any thread. */
    public void sweep() {
        lents.sweep();
    }

    /** Objects whose retrieval is over, but not their consumers' use of this sidecar's memory. Any thread. */
    public int lent() {
        return lents.count();
    }

    /** Lets go of all that is lent: its consumers keep it, the budget forgets it. Any thread. */
    @Override
    public void close() {
        lents.close();
    }
}
