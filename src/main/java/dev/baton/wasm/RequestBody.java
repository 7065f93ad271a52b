package dev.baton.wasm;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way from the event loop to the guest: the network's own buffers wait here until the guest's thread copies them into
 * linear memory. That thread does the copying, because fresh pages of a linear memory cost more than an event loop has.
 */
final class RequestBody implements GuestInput {
    /** With this much waiting, the connection is not read from until {@link #LOW} remain. */
    static final int HIGH = 256 << 10;

    static final int LOW = 64 << 10;

    private final long length;
    private final GuestClock clock;
    private final Runnable drained;

    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>();
    private int waiting;
    private boolean held;
    private boolean ended;
    private boolean failed;

    /**
     * @param length of the whole, or -1 while unknown
     * @param clock stops while the guest waits for the client
     * @param drained run on the guest's thread when the connection may be read from again; short, and must not throw
     */
    RequestBody(long length, GuestClock clock, Runnable drained) {
        this.length = length;
        this.clock = clock;
        this.drained = drained;
    }

    /** Takes the chunk over. True when the connection should not be read from for now. */
    synchronized boolean add(ByteBuf chunk) {
        if (failed || ended || !chunk.isReadable()) {
            chunk.release();
            return false;
        }
        chunks.addLast(chunk);
        waiting += chunk.readableBytes();
        notifyAll();
        if (waiting >= HIGH) {
            held = true; // Until it has been drained: chunks read before the connection stopped still come.
        }
        return held;
    }

    /** Bytes that wait. */
    synchronized int waiting() {
        return waiting;
    }

    /** All chunks are there. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The rest will not come, or nobody wants it; what waits is let go. May be called again, and after the end. */
    synchronized void fail() {
        failed = true;
        chunks.forEach(ByteBuf::release);
        chunks.clear();
        waiting = 0;
        notifyAll();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int read(LinearMemory into, int at, int most) throws InterruptedException {
        ByteBuf chunk = await();
        if (chunk == null) {
            return -1;
        }
        int before = chunk.readableBytes();
        int count = Math.min(most, before);
        boolean resume;
        try {
            chunk.readBytes(into.view(at, count));
        } finally {
            resume = taken(chunk, before - chunk.readableBytes());
        }
        if (resume) {
            drained.run();
        }
        return count;
    }

    /** Takes the first chunk out, so that a failure meanwhile cannot release it under the copy; null at the end. */
    private @Nullable ByteBuf await() throws InterruptedException {
        synchronized (this) {
            if (!chunks.isEmpty()) {
                return chunks.removeFirst();
            }
        }
        clock.pause();
        try {
            synchronized (this) {
                while (chunks.isEmpty()) {
                    if (failed) {
                        throw new GuestException(GuestException.Kind.BODY, "the request's body broke off");
                    }
                    if (ended) {
                        return null;
                    }
                    wait();
                }
                return chunks.removeFirst();
            }
        } finally {
            clock.resume();
        }
    }

    private synchronized boolean taken(ByteBuf chunk, int count) {
        if (failed) {
            chunk.release();
            return false;
        }
        waiting -= count;
        if (chunk.isReadable()) {
            chunks.addFirst(chunk);
        } else {
            chunk.release();
        }
        boolean resume = held && waiting <= LOW;
        if (resume) {
            held = false;
        }
        return resume;
    }
}
