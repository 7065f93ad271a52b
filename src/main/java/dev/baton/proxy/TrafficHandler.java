package dev.baton.proxy;

import dev.baton.http.ExchangeAborted;
import dev.baton.http.Http2Fields;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Tells the autoscaler's Stat of each request, from its arrival to the end of its response, and restores the Host that the
 * activator or the ingress replaced. Requests that the kubelet sends to probe the user's program are passed untouched.
 */
final class TrafficHandler extends ChannelDuplexHandler {
    private static final String ACTIVATOR = "activator";

    private final TrafficObserver traffic;
    private boolean counted;
    private boolean viaActivator;
    private boolean responseStarted;

    TrafficHandler(TrafficObserver traffic) {
        this.traffic = traffic;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request && !KnativeHeaders.kubeletProbe(request.headers())) {
            HttpHeaders headers = request.headers();
            viaActivator = ACTIVATOR.equals(headers.get(KnativeHeaders.PROXY_REQUEST));
            counted = true;
            responseStarted = false;
            traffic.arrived(viaActivator);
            String host = headers.get(KnativeHeaders.ORIGINAL_HOST);
            if (host != null && !host.isEmpty()) {
                headers.remove(KnativeHeaders.ORIGINAL_HOST);
                // Any client may say it: what a Host must not be, the program must not get for one.
                if (Http2Fields.soundHost(host)) {
                    headers.set(HttpHeaderNames.HOST, host);
                }
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() >= 200) {
            responseStarted = true;
        }
        if (message instanceof LastHttpContent && responseStarted) {
            finished();
        }
        ctx.write(message, promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ExchangeAborted.INSTANCE) {
            finished();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finished();
        ctx.fireChannelInactive();
    }

    private void finished() {
        if (counted) {
            counted = false;
            responseStarted = false;
            traffic.finished(viaActivator);
        }
    }
}
