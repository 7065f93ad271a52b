package dev.baton.transfer;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.ExchangeHandler;
import dev.baton.http.SocketWanted;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Last handler of the main port before the function: behind the breaker, so that nothing is pulled for a request that waits.
 *
 * <p>A control message becomes the request that it stands for, with the pulled body; the function needs to know nothing. A large response
 * to a sidecar that takes references stays here until that sidecar has pulled it, and the exchange with it: permit and statistics count
 * until the last byte is acknowledged. One per connection; event loop only.
 */
public final class DeliveryHandler extends ExchangeHandler {
    private final DeliveryTools tools;

    private @Nullable Delivery delivery;
    private @Nullable ResponseDetour detour;
    private boolean forCaller;
    private boolean responseStarted;

    DeliveryHandler(DeliveryTools tools) {
        this.tools = tools;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            letGo();
            responseStarted = false;
            forCaller = BatonHeaders.acceptsReferences(request.headers())
                    && !request.method().equals(HttpMethod.HEAD);
            if (ControlMessage.is(request)) {
                Delivery begun = new Delivery(ctx, request, tools, this::refuse, this::broken);
                delivery = begun;
                begun.start();
                return;
            }
            if (forCaller) {
                request.headers().remove(BatonHeaders.ACCEPT);
            }
        } else if (delivery != null && message instanceof HttpContent) {
            // A control message has no body of its own.
            ReferenceCountUtil.release(message);
            return;
        }
        ctx.fireChannelRead(message);
    }

    /** The function has seen nothing of the request. */
    private void refuse(ChannelHandlerContext ctx, RefusedException refused) {
        FullHttpResponse answer = Answers.problem(refused.code().problem(refused.detail()), refused.reached());
        if (refused.code().passing()) {
            answer.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        ctx.writeAndFlush(answer, ctx.voidPromise());
    }

    /** The pull has broken off in the middle of the body: the function must not take what it has for the whole. */
    private void broken(ChannelHandlerContext ctx, RefusedException refused) {
        ctx.fireUserEventTriggered(ExchangeAborted.INSTANCE);
        boolean started = responseStarted;
        letGo();
        if (started) {
            ctx.close();
        } else {
            refuse(ctx, refused);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (delivery != null) {
            delivery.wanted();
        }
        ctx.read();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (detour != null && detour.inline()) {
            detour = null;
        }
        if (message instanceof HttpResponse head && head.status().code() >= 200) {
            responseStarted = true;
            if (forCaller && begunDetour(ctx, head)) {
                promise.trySuccess();
                return;
            }
        } else if (detour != null && message instanceof HttpContent content) {
            if (detour.content(content, promise)) {
                detour = null;
            }
            if (content instanceof LastHttpContent) {
                endDelivery();
            }
            return;
        } else if (detour != null && message instanceof SocketWanted) {
            // The body goes to whoever pulls it, and comes by here.
            promise.trySuccess();
            return;
        }
        ctx.write(message, promise);
        if (message instanceof LastHttpContent && responseStarted) {
            endDelivery();
        }
    }

    /** Whether the response's head is kept back. */
    private boolean begunDetour(ChannelHandlerContext ctx, HttpResponse head) {
        HttpHeaders fields = head.headers();
        BatonHeaders.removeOwnButErrors(fields);
        fields.set(BatonHeaders.ACCEPT, BatonHeaders.REFERENCE_1);
        if (head instanceof LastHttpContent || !ResponseDetour.worthwhile(head, tools.inlineBytes())) {
            return false;
        }
        ResponseDetour begun = new ResponseDetour(ctx, tools);
        if (!begun.begin(head)) {
            return false;
        }
        detour = begun;
        return true;
    }

    /** The function has answered; if it did not want the whole body, nobody does. */
    private void endDelivery() {
        if (delivery != null) {
            delivery.cancel();
        }
    }

    @Override
    protected void letGo() {
        Delivery delivering = delivery;
        ResponseDetour detouring = detour;
        delivery = null;
        detour = null;
        if (delivering != null) {
            delivering.cancel();
        }
        if (detouring != null) {
            detouring.abort();
        }
    }
}
