package dev.baton.metrics;

import dev.baton.http.ExchangeAborted;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees requests whose turn has come: {@code kn.serving.*}. An invocation that ends without a whole answer is counted as 504 if
 * it took too long, 499 if its client left, 400 if its request broke off, 500 if its answer did; or as Knative's queue-proxy
 * counts it, which knows 200 and 500 only. One per connection or stream; event loop only.
 */
final class RunningHandler extends ChannelDuplexHandler {
    private static final int GATEWAY_TIMEOUT = 504;
    private static final int CLIENT_LEFT = 499;
    private static final int BAD_REQUEST = 400;
    private static final int CUT = 500;
    private static final int OK = 200;

    private final Observation observation;
    private final Exchange exchange;
    private final @Nullable IntSupplier inFlight;

    private boolean running;
    private long begunAt;
    private int status;

    RunningHandler(Observation observation, Exchange exchange, @Nullable IntSupplier inFlight) {
        this.observation = observation;
        this.exchange = exchange;
        this.inFlight = inFlight;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            if (inFlight != null) {
                observation.depth(inFlight.getAsInt());
            }
            running = exchange.open;
            begunAt = System.nanoTime();
            status = 0;
            Spans spans = exchange.spans;
            if (spans != null) {
                spans.running();
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (running) {
            if (message instanceof HttpResponse response) {
                int code = response.status().code();
                if (code >= 200 || code == 101) {
                    status = code;
                }
            }
            if (message instanceof LastHttpContent && status >= 200) {
                end(status);
            }
        }
        ctx.write(message, promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE && running) {
            end(status != 0 ? status : withoutAnswer(exchange.clientsFault ? BAD_REQUEST : GATEWAY_TIMEOUT));
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
    }

    private void leave() {
        if (running) {
            // A tunnel ends like that always.
            end(status == 0 ? withoutAnswer(CLIENT_LEFT) : status == 101 ? status : CUT);
        }
    }

    private int withoutAnswer(int cause) {
        return observation.trueStatus() ? cause : OK;
    }

    private void end(int finalStatus) {
        running = false;
        exchange.invocation(System.nanoTime() - begunAt, finalStatus);
    }
}
