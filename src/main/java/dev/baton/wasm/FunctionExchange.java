package dev.baton.wasm;

import dev.baton.http.AnswerGate;
import dev.baton.http.Answers;
import dev.baton.http.Problem;
import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request to a function and its answer. The event loop gives the body's chunks and writes the answer; a guest thread runs the call between.
 * A small answer is copied, so that its guest is free at once; a large one is sent from linear memory, which is held until it has been written.
 *
 * <p>Event loop only, but {@link #run} and what it calls: guest thread.
 */
final class FunctionExchange implements Runnable, GuestOutput {
    /** A body up to this long waits complete for its call, so that a slow client holds no thread; longer ones start with this much. */
    static final int START_BYTES = 64 << 10;

    /** Answers up to this long are copied: cheaper than handing the guest to the event loop and back. */
    static final int COPY_BYTES = 64 << 10;

    /** What is written at once of a large answer, so that timeouts above see it move. */
    static final int SLICE_BYTES = 256 << 10;

    /** Parts that wait to be written before the guest that makes them has to wait. */
    private static final int PARTS_BYTES = 256 << 10;

    private final ChannelHandlerContext ctx;
    private final FunctionHost host;
    private final GuestFunction function;
    private final GuestClock clock;
    private final RequestBody body;

    // Event loop.
    private boolean started;
    private boolean over;
    private boolean headWritten;
    private @Nullable ByteBuf answer;

    // Guest thread.
    private @Nullable ByteBuf pending;
    private boolean streaming;

    // Both.
    private final Object lock = new Object();
    private int partsWaiting;
    private boolean gone;

    FunctionExchange(ChannelHandlerContext ctx, FunctionHost host, GuestFunction function, long length) {
        this.ctx = ctx;
        this.host = host;
        this.function = function;
        this.clock = host.newClock();
        this.body = new RequestBody(length, clock, () -> onLoop(this::readAgain));
    }

    /** Takes the chunk over. */
    void content(ByteBuf chunk) {
        if (over) {
            chunk.release();
            return;
        }
        if (body.add(chunk)) {
            ReadGate.of(ctx.channel()).hold(ReadGate.Reason.UPSTREAM);
        }
        if (!started && body.waiting() >= START_BYTES) {
            start();
        }
    }

    /** The body is complete. */
    void bodyDone() {
        body.end();
        if (!started && !over) {
            start();
        }
    }

    private void start() {
        started = true;
        if (!host.threads().call(this)) {
            function.counts().add(GuestException.Kind.NO_MEMORY, 0, 0);
            fail(new GuestException(GuestException.Kind.NO_MEMORY, "too many calls wait"), true);
        }
    }

    private void readAgain() {
        if (!over) { // Else it may be the next exchange that holds the connection back.
            ReadGate.of(ctx.channel()).release(ReadGate.Reason.UPSTREAM);
        }
    }

    /** Nobody wants the answer any more. */
    void abort() {
        if (!over) {
            over();
            clock.cancel();
        }
    }

    /** The exchange needs nothing further of the event loop; what was written already goes its way. */
    private void over() {
        over = true;
        body.fail();
        ReadGate.of(ctx.channel()).release(ReadGate.Reason.UPSTREAM);
        synchronized (lock) {
            gone = true;
            lock.notifyAll();
        }
        ByteBuf rest = answer;
        answer = null;
        if (rest != null) {
            rest.release();
        }
    }

    void writabilityChanged() {
        if (!over && answer != null) {
            pump();
        }
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
            GuestException why = outcome;
            onLoop(() -> fail(why, false));
        }
    }

    @Override
    public void whole(GuestAnswer whole) {
        int length = whole.length();
        if (length > COPY_BYTES) {
            ByteBuf large = new AnswerBuf(
                    ctx.alloc(), whole.view(), () -> host.threads().tidy(() -> close(whole)));
            onLoop(() -> stream(large), large);
            return;
        }
        try {
            ByteBuf copy = ctx.alloc().buffer(length);
            copy.writeBytes(whole.view());
            onLoop(() -> writeWhole(copy), copy);
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
                part = ctx.alloc().buffer(COPY_BYTES, COPY_BYTES);
                pending = part;
            }
            int count = Math.min(length - done, part.writableBytes());
            part.writeBytes(from.view(at + done, count));
            done += count;
            if (!part.isWritable()) {
                pending = null;
                streaming = true;
                ByteBuf full = part;
                await(full);
                onLoop(() -> writePart(full), full);
            }
        }
    }

    @Override
    public void end() {
        ByteBuf last = pending == null ? ctx.alloc().buffer(0) : pending;
        pending = null;
        onLoop(
                () -> {
                    if (streaming) {
                        writeLast(last);
                    } else {
                        writeWhole(last);
                    }
                },
                last);
    }

    /** Waits until the client has taken enough of the earlier parts. */
    private void await(ByteBuf part) throws InterruptedException {
        boolean good = false;
        clock.pause();
        try {
            synchronized (lock) {
                while (partsWaiting > PARTS_BYTES && !gone) {
                    lock.wait();
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

    private void writeWhole(ByteBuf content) {
        if (over) {
            content.release();
            return;
        }
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(content.readableBytes()));
        over();
        ctx.writeAndFlush(response);
    }

    private void stream(ByteBuf large) {
        if (over) {
            large.release();
            return;
        }
        answer = large;
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                .set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(large.readableBytes()));
        headWritten = true;
        ctx.write(head);
        pump();
    }

    /** Writes as much of a large answer as the client takes. Writing may end the exchange, or call back here. */
    private void pump() {
        ByteBuf rest = answer;
        while (rest != null && !over && rest.isReadable() && AnswerGate.open(ctx.channel())) {
            ByteBuf slice = rest.readRetainedSlice(Math.min(SLICE_BYTES, rest.readableBytes()));
            boolean last = !rest.isReadable();
            if (last) {
                over();
            }
            ctx.write(new DefaultHttpContent(slice));
            if (last) {
                ctx.write(LastHttpContent.EMPTY_LAST_CONTENT);
            }
            ctx.flush();
        }
    }

    private void writePart(ByteBuf part) {
        int bytes = part.readableBytes();
        if (over) {
            part.release();
            return;
        }
        head();
        ctx.writeAndFlush(new DefaultHttpContent(part)).addListener(written -> {
            synchronized (lock) {
                partsWaiting -= bytes;
                lock.notifyAll();
            }
        });
    }

    private void writeLast(ByteBuf last) {
        if (over) {
            last.release();
            return;
        }
        head();
        over();
        ctx.write(new DefaultHttpContent(last));
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void head() {
        if (!headWritten) {
            headWritten = true;
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            ctx.write(head);
        }
    }

    /** @param untouched whether the function certainly did not run */
    private void fail(GuestException why, boolean untouched) {
        if (over) {
            return;
        }
        over();
        if (headWritten) {
            ctx.close(); // The only way to say that what came so far is not the whole.
            return;
        }
        Problem problem = Problems.of(why);
        boolean before =
                untouched || why.kind() == GuestException.Kind.LOADING || why.kind() == GuestException.Kind.NOT_LOADED;
        FullHttpResponse response = Answers.problem(problem, before ? Reached.NO : Reached.MAYBE);
        if (problem.status() == 503) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        ctx.writeAndFlush(response);
    }

    private void onLoop(Runnable task) {
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The loops have been closed: there is no connection to write to any more.
        }
    }

    /** Runs the task, which takes the buffer over, or lets the buffer go. */
    private void onLoop(Runnable task, ByteBuf buffer) {
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException e) {
            buffer.release();
        }
    }
}
