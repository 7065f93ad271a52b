package dev.baton.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLException;

/** Behind the handler that decrypts: tells of handshakes that fail, and lets broken records look like the broken connection that they are. */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private final HandshakeFailures failures;
    private boolean failed;

    HandshakeWatch(HandshakeFailures failures) {
        this.failures = failures;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            failed = true;
            failures.add(ctx.channel().remoteAddress(), handshake.cause());
            // The handler ahead closes when it has sent its alert; a peer that reads nothing must not hold that up.
            ctx.close();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!failed) {
            boolean broken = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
            ctx.fireExceptionCaught(broken ? cause.getCause() : cause);
        }
    }
}
