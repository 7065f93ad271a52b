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
 * One request to a function and its answer, as the event loop sees them: it gives the body's chunks and writes the answer. The call between
 * is {@link FunctionCall}, on a guest thread. Event loop only, but for what that calls.
 */
final class FunctionExchange {
    /** A body up to this long waits complete for its call, so that a slow client holds no thread; longer ones start with this much. */
    static final int START_BYTES = 64 << 10;

    /** What is written at once of a large answer, so that timeouts above see it move. */
    static final int SLICE_BYTES = 256 << 10;

    private final ChannelHandlerContext ctx;
    private final FunctionHost host;
    private final GuestFunction function;
    private final GuestClock clock;
    private final RequestBody body;
    private final FunctionCall call;

    private boolean started;
    private boolean over;
    private boolean headWritten;
    private @Nullable ByteBuf answer;

    FunctionExchange(ChannelHandlerContext ctx, FunctionHost host, GuestFunction function, long length) {
        this.ctx = ctx;
        this.host = host;
        this.function = function;
        this.clock = host.newClock();
        this.body = new RequestBody(length, clock, () -> onLoop(this::readAgain));
        this.call = new FunctionCall(this, ctx.alloc(), host, function, clock, body);
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
        if (!host.threads().call(call)) {
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
        call.leave();
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

    // Called by FunctionCall, on its thread; each takes its buffer over.

    void whole(ByteBuf answered) {
        onLoop(() -> writeWhole(answered), answered);
    }

    void large(ByteBuf answered) {
        onLoop(() -> stream(answered), answered);
    }

    void part(ByteBuf part) {
        onLoop(() -> writePart(part), part);
    }

    void last(ByteBuf part) {
        onLoop(() -> writeLast(part), part);
    }

    void failed(GuestException why) {
        onLoop(() -> fail(why, false));
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
        ctx.writeAndFlush(new DefaultHttpContent(part)).addListener(written -> call.written(bytes));
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
