package dev.baton.admin;

import dev.baton.http.Answers;
import dev.baton.http.ExchangeAborted;
import dev.baton.http.PathService;
import dev.baton.http.ReadGate;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;

/**
 * Ahead of Reactor Netty on a connection of port 8022: hands on, one after the other, the requests that are the object API's or the
 * control plane's, and answers all others as the queue-proxy's admin server. Reactor Netty reads by switching the channel's
 * {@code autoRead}; it is on whenever no exchange of its own is open. One per connection; event loop only.
 */
final class AdminGate extends PathService {
    /** Longer than a connection lingers that has been answered ahead of its request's end. */
    private static final int LINGER_MILLIS = 1_500;

    private final AdminRoutes routes;
    /** The open exchange is one of those behind. */
    private boolean behind;

    private boolean requestRead;
    private boolean answered;
    private boolean closing;

    AdminGate(AdminRoutes routes) {
        super("/wait-for-drain");
        this.routes = routes;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            behind = routes.serves(
                    request.uri(), ctx.channel().localAddress(), ctx.channel().remoteAddress());
            requestRead = false;
            answered = false;
        }
        requestRead |= message instanceof LastHttpContent;
        if (behind) {
            ctx.fireChannelRead(message);
            if (requestRead) {
                readOn(ctx);
            }
        } else {
            super.channelRead(ctx, message);
        }
    }

    @Override
    protected void serve(ChannelHandlerContext ctx, HttpRequest request, boolean last) {
        routes.holdHook(() -> ctx.executor().execute(() -> {
            FullHttpResponse done = Answers.empty(HttpResponseStatus.OK);
            if (HttpMethod.HEAD.equals(request.method())) {
                // As Go's server, which does not know how long an answer to a GET would be.
                done.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
            }
            reply(ctx, done, last);
        }));
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        boolean ends = behind && message instanceof LastHttpContent && !isInterim(message);
        super.write(ctx, message, promise);
        if (ends) {
            answered = true;
            readOn(ctx);
        }
    }

    /** Those behind leave the channel one way or the other, and know nothing of requests that wait ahead of them. */
    private static void readOn(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(!ReadGate.of(ctx.channel()).held(ReadGate.Reason.PIPELINE));
    }

    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    /** Who closes behind an answer that has come early would reset the connection, and the reset overtake the answer. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        if (behind && answered && !requestRead && !closing) {
            closing = true;
            ctx.executor().schedule(() -> ctx.close(promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            super.close(ctx, promise);
        }
    }

    /** To those behind, a body that breaks off and a client that has gone are the end of the connection: nobody takes them for whole. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean over = event == ExchangeAborted.INSTANCE || event == ChannelInputShutdownEvent.INSTANCE;
        if (behind && over && !answered) {
            ctx.close();
        } else if (event != ChannelInputShutdownEvent.INSTANCE) {
            super.userEventTriggered(ctx, event);
        }
    }
}
