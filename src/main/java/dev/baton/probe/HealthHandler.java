package dev.baton.probe;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers the health checks of Knative's parts on the main port, whatever their path and method, and passes everything else
 * on. The queue-proxy's table: a check while draining gets 503; one that does not ask for the queue gets 400; otherwise the
 * readiness of the user's containers decides. The ingress's own probe is answered without asking them.
 *
 * <p>One per connection; event loop only.
 */
public final class HealthHandler extends ChannelInboundHandlerAdapter {
    private static final AsciiString NETWORK_PROBE = AsciiString.cached("k-network-probe");
    private static final AsciiString NETWORK_HASH = AsciiString.cached("k-network-hash");
    private static final String QUEUE = "queue";
    private static final String INGRESS = "probe";

    private final Supplier<CompletableFuture<Boolean>> readiness;
    private final BooleanSupplier draining;
    private final Runnable ordinaryRequest;

    /** The open exchange is a check of ours. */
    private boolean answering;

    private boolean head;
    /** The check that waits for the containers; a later answer to another one is not wanted any more. */
    private @Nullable Object awaited;

    /**
     * Sees to one connection.
     *
     * @param readiness asked at each check; may complete on any thread
     * @param draining whether checks are to fail
     * @param ordinaryRequest run for each request that is no check
     */
    public HealthHandler(
            Supplier<CompletableFuture<Boolean>> readiness, BooleanSupplier draining, Runnable ordinaryRequest) {
        this.readiness = readiness;
        this.draining = draining;
        this.ordinaryRequest = ordinaryRequest;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            head = HttpMethod.HEAD.equals(request.method());
            answering = check(ctx, request.headers());
            if (!answering) {
                ordinaryRequest.run();
            }
        }
        if (answering) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private boolean check(ChannelHandlerContext ctx, HttpHeaders headers) {
        String probe = headers.get(NETWORK_PROBE);
        if (fromKnative(headers.get(HttpHeaderNames.USER_AGENT))) {
            if (draining.getAsBoolean()) {
                answer(ctx, shuttingDown());
            } else if (!QUEUE.equals(probe)) {
                String value = probe == null ? "" : probe;
                answer(ctx, Answers.error(HttpResponseStatus.BAD_REQUEST, "unexpected probe header value: " + value));
            } else {
                await(ctx, readiness.get());
            }
            return true;
        }
        if (INGRESS.equals(probe)) {
            answer(ctx, ingress(headers));
            return true;
        }
        return false;
    }

    private static boolean fromKnative(@Nullable String userAgent) {
        return userAgent != null
                && (userAgent.startsWith("kube-probe/")
                        || userAgent.startsWith("Knative-Activator-Probe")
                        || userAgent.startsWith("Knative-Autoscaling-Probe"));
    }

    private FullHttpResponse ingress(HttpHeaders headers) {
        if (draining.getAsBoolean()) {
            return shuttingDown();
        }
        String hash = headers.get(NETWORK_HASH);
        if (hash == null || hash.isEmpty()) {
            return Answers.error(
                    HttpResponseStatus.BAD_REQUEST,
                    "a probe request must contain a non-empty \"K-Network-Hash\" header");
        }
        FullHttpResponse response = empty(HttpResponseStatus.OK);
        response.headers().set(NETWORK_HASH, hash);
        return response;
    }

    private static FullHttpResponse shuttingDown() {
        return Answers.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "shutting down");
    }

    private void await(ChannelHandlerContext ctx, CompletableFuture<Boolean> outcome) {
        if (outcome.isDone()) {
            answer(ctx, verdict(ready(outcome)));
            return;
        }
        Object ticket = new Object();
        awaited = ticket;
        outcome.whenComplete((ready, failure) -> ctx.executor().execute(() -> {
            if (awaited == ticket) {
                awaited = null;
                answer(ctx, verdict(failure == null && ready));
            }
        }));
    }

    private static boolean ready(CompletableFuture<Boolean> done) {
        return !done.isCompletedExceptionally() && done.join();
    }

    private FullHttpResponse verdict(boolean ready) {
        return ready ? Answers.text(HttpResponseStatus.OK, QUEUE) : empty(HttpResponseStatus.SERVICE_UNAVAILABLE);
    }

    /** To a HEAD without a length, as from Go's server, which does not know how long an answer to a GET would be. */
    private FullHttpResponse empty(HttpResponseStatus status) {
        FullHttpResponse response = Answers.empty(status);
        if (head) {
            response.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        return response;
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpResponse response) {
        ctx.writeAndFlush(response, ctx.voidPromise());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            awaited = null;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        awaited = null;
        ctx.fireChannelInactive();
    }
}
