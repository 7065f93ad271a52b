package dev.baton.proxy;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Makes each request of one connection pass the {@link Breaker}, and gives its permit back however the exchange ends. A
 * waiting request's body is held back at the client: only what had been read is kept. Event loop only.
 */
final class BreakerHandler extends ChannelDuplexHandler {
    private final Breaker breaker;
    private final ArrayDeque<Object> held = new ArrayDeque<>(2);

    private boolean running;
    private boolean responseStarted;
    private @Nullable Waiting waiting;

    BreakerHandler(Breaker breaker) {
        this.breaker = breaker;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            responseStarted = false;
            if (KnativeHeaders.kubeletProbe(request.headers())) {
                ctx.fireChannelRead(message);
            } else if (breaker.tryEnter()) {
                running = true;
                ctx.fireChannelRead(message);
            } else {
                await(ctx, request);
            }
        } else if (waiting != null) {
            held.add(message);
            if (!(message instanceof LastHttpContent)) {
                ReadGate.of(ctx.channel()).hold(ReadGate.Reason.ADMISSION);
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void await(ChannelHandlerContext ctx, HttpRequest request) {
        Waiting waiter = new Waiting(ctx);
        switch (breaker.enter(waiter)) {
            case ADMITTED -> {
                running = true;
                ctx.fireChannelRead(request);
            }
            case WAITING -> {
                waiting = waiter;
                held.add(request);
            }
            case FULL -> {
                ReferenceCountUtil.release(request);
                ctx.writeAndFlush(
                        Answers.mark(
                                Answers.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "pending request queue full"),
                                "busy",
                                "limit=" + breaker.limit() + " requests",
                                Reached.NO),
                        ctx.voidPromise());
            }
        }
    }

    /** A permit in the hands of a request that has waited for it. */
    private final class Waiting extends Breaker.Waiter implements Runnable {
        private final ChannelHandlerContext ctx;

        Waiting(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        void admitted() {
            // Also when this is the right loop already: the caller is in the middle of ending another exchange.
            ctx.executor().execute(this);
        }

        @Override
        public void run() {
            if (waiting != this) {
                breaker.decline();
                return;
            }
            if (!breaker.claim(this)) {
                return;
            }
            waiting = null;
            running = true;
            for (Object message; running && (message = held.poll()) != null; ) {
                ctx.fireChannelRead(message);
            }
            releaseHeld();
            ReadGate.of(ctx.channel()).release(ReadGate.Reason.ADMISSION);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() >= 200) {
            responseStarted = true;
        }
        ctx.write(message, promise);
        if (message instanceof LastHttpContent && responseStarted) {
            over();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            over();
            ReadGate.of(ctx.channel()).release(ReadGate.Reason.ADMISSION);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        over();
    }

    private void over() {
        Waiting waiter = waiting;
        if (waiter != null) {
            waiting = null;
            // If the permit is on its way already, run() finds itself unwanted and passes it on.
            breaker.withdraw(waiter);
            releaseHeld();
        }
        if (running) {
            running = false;
            breaker.leave();
        }
        responseStarted = false;
    }

    private void releaseHeld() {
        for (Object message; (message = held.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
    }
}
