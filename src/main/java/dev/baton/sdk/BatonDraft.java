package dev.baton.sdk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory that becomes an object where it lies: fill {@link #segment}, then {@link #put}. One thread at a time, but for the segment, which
 * any thread may write until then.
 */
public final class BatonDraft implements AutoCloseable {
    private final BatonClient client;
    private final long size;
    private final int fd;
    private final Arena arena;
    private final MemorySegment memory;
    private boolean over;
    private BatonClient.@Nullable Path path;

    /** @param fd the file behind the memory, the draft's from now on; or {@link LocalConnection#NONE} */
    BatonDraft(BatonClient client, long size, int fd, Arena arena, MemorySegment memory) {
        this.client = client;
        this.size = size;
        this.fd = fd;
        this.arena = arena;
        this.memory = memory;
    }

    /** All of it, zero at first; valid until {@link #put} or {@link #close}, and throws {@link IllegalStateException} after that. */
    public MemorySegment segment() {
        return memory;
    }

    /**
     * Gives it to the sidecar: nobody can change it any more. Blocks while the store has no room (at most BATON_PUT_WAIT).
     *
     * @return the reference, to be sent in any message
     * @throws BatonException if the sidecar refuses; the draft has ended then too
     * @throws IllegalStateException if it has ended, or another thread is using the segment in a call of the system
     */
    public String put(PutOptions options) throws IOException {
        if (over) {
            throw new IllegalStateException("the draft has ended");
        }
        try {
            if (fd == LocalConnection.NONE) {
                path = BatonClient.Path.HTTP;
                return client.overHttp(memory, options);
            }
            // A file that somebody has mapped for writing cannot be sealed.
            arena.close();
            return putSealed(options);
        } finally {
            close();
        }
    }

    private String putSealed(PutOptions options) throws IOException {
        HandOver handOver = client.handOver();
        if (handOver != null) {
            try {
                LinuxCalls.seal(fd);
                path = BatonClient.Path.MEMORY;
                return handOver.put(fd, size, options);
            } catch (HandOver.NotThisWayException inAnotherOne) {
                client.missed(inAnotherOne);
            }
        }
        path = BatonClient.Path.HTTP;
        try (Arena again = Arena.ofShared()) {
            return client.overHttp(LinuxCalls.map(fd, size, false, again), options);
        }
    }

    /** The way that the put took; null before it. */
    public BatonClient.@Nullable Path path() {
        return path;
    }

    /** Gives the memory up. No effect after put. */
    @Override
    public void close() {
        if (!over) {
            over = true;
            try {
                if (arena.scope().isAlive()) {
                    arena.close();
                }
            } finally {
                if (fd != LocalConnection.NONE) {
                    LinuxCalls.close(fd);
                }
            }
        }
    }
}
