package dev.baton.wasm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The call of a function for a {@link FunctionExchange}: gives the guest its input and makes buffers of its output. A small answer is
 * copied, so that its guest is free at once; a large one stays in linear memory, which is held until it has been written.
 *
 * <p>Guest thread only, but {@link #written} and {@link #leave}: any thread.
 */
final class FunctionCall implements Runnable, GuestOutput {
    /** Answers up to this long are copied: cheaper than handing the guest to the event loop and back. */
    static final int COPY_BYTES = 64 << 10;

    /** Parts that wait to be written before the guest that makes them has to wait. */
    private static final int PARTS_BYTES = 256 << 10;

    private final FunctionExchange exchange;
    private final ByteBufAllocator alloc;
    private final FunctionHost host;
    private final GuestFunction function;
    private final GuestClock clock;
    private final GuestInput body;

    private @Nullable ByteBuf pending;
    private boolean streaming;

    // Under this object's lock.
    private int partsWaiting;
    private boolean gone;

    FunctionCall(
            FunctionExchange exchange,
            ByteBufAllocator alloc,
            FunctionHost host,
            GuestFunction function,
            GuestClock clock,
            GuestInput body) {
        this.exchange = exchange;
        this.alloc = alloc;
        this.host = host;
        this.function = function;
        this.clock = clock;
        this.body = body;
    }

    /** So many bytes of parts have been written. */
    synchronized void written(int bytes) {
        partsWaiting -= bytes;
        notifyAll();
    }

    /** Nobody takes parts any more. */
    synchronized void leave() {
        gone = true;
        notifyAll();
    }

    @Override
    public void run() {
        long begin = System.nanoTime();
        GuestException outcome = null;
        try {
            clock.start();
            function.call(body, this, new CallChain(clock, host.limits().depth()));
        } catch (GuestException e) {
            outcome = e.kind() == GuestException.Kind.CANCELLED ? clock.explain() : e;
        } catch (InterruptedException e) {
            outcome = clock.explain();
        } catch (RuntimeException | Error e) {
            // The host's own fault, or the JVM's; the caller waits for an answer all the same.
            host.observer().failed("the call of a function failed", e);
            outcome = new GuestException(GuestException.Kind.TRAP, "the function host failed");
        } finally {
            clock.stop();
            dropPending();
        }
        GuestException.Kind kind = outcome == null ? null : outcome.kind();
        long nanos = System.nanoTime() - begin;
        function.counts().add(kind, nanos, clock.ranNanos());
        host.observer().called(function.name(), kind, nanos);
        if (outcome != null) {
            exchange.failed(outcome);
        }
    }

    @Override
    public void whole(GuestAnswer whole) {
        int length = whole.length();
        if (length > COPY_BYTES) {
            exchange.large(
                    new AnswerBuf(alloc, whole.view(), () -> host.threads().tidy(() -> close(whole))));
            return;
        }
        try {
            ByteBuf copy = alloc.buffer(length);
            copy.writeBytes(whole.view());
            exchange.whole(copy);
        } finally {
            whole.close(); // After the answer is on its way: clearing memory takes its time.
        }
    }

    /** Under a clock of its own, as it may run guest code and the call's own clock has stopped. */
    private void close(GuestAnswer whole) {
        GuestClock own = host.newClock();
        own.start();
        try {
            whole.close();
        } finally {
            own.stop();
        }
    }

    @Override
    public void part(LinearMemory from, int at, int length) throws InterruptedException {
        int done = 0;
        while (done < length) {
            ByteBuf part = pending;
            if (part == null) {
                part = alloc.buffer(COPY_BYTES, COPY_BYTES);
                pending = part;
            }
            int count = Math.min(length - done, part.writableBytes());
            part.writeBytes(from.view(at + done, count));
            done += count;
            if (!part.isWritable()) {
                pending = null;
                streaming = true;
                await(part);
                exchange.part(part);
            }
        }
    }

    @Override
    public void end() {
        ByteBuf last = pending == null ? alloc.buffer(0) : pending;
        pending = null;
        if (streaming) {
            exchange.last(last);
        } else {
            exchange.whole(last);
        }
    }

    /** Waits until the client has taken enough of the earlier parts. */
    private void await(ByteBuf part) throws InterruptedException {
        boolean good = false;
        clock.pause();
        try {
            synchronized (this) {
                while (partsWaiting > PARTS_BYTES && !gone) {
                    wait();
                }
                if (gone) {
                    throw new GuestException(GuestException.Kind.CANCELLED, "the caller is gone");
                }
                partsWaiting += part.readableBytes();
                good = true;
            }
        } finally {
            clock.resume();
            if (!good) {
                part.release();
            }
        }
    }

    private void dropPending() {
        ByteBuf rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
    }
}
