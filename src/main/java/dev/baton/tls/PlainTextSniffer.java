package dev.baton.tls;

import dev.baton.http.FirstOctets;
import dev.baton.http.LingeringClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.nio.charset.StandardCharsets;

/**
 * Ahead of TLS: a client whose first octets are those of a request in clear text gets the answer of Go's server, and its connection
 * ends; to every other one the handler that decrypts has something to say. It looks at as many octets as a TLS record's head has,
 * once, and leaves; how long they may take is the handshake's affair. One per connection; event loop only.
 */
final class PlainTextSniffer extends FirstOctets {
    private static final String ANSWER =
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

    private static final String REASON = "client sent an HTTP request to an HTTPS server";
    private static final int HEAD_BYTES = 5;

    private final HandshakeFailures failures;
    private boolean answered;

    PlainTextSniffer(HandshakeFailures failures) {
        this.failures = failures;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf read)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (answered) {
            read.release();
            return;
        }
        ByteBuf in = join(ctx, read);
        if (in.readableBytes() < HEAD_BYTES) {
            keep(in);
        } else if (http(in)) {
            in.release();
            answer(ctx);
        } else {
            ctx.fireChannelRead(in);
            ctx.pipeline().remove(this);
        }
    }

    /** The beginnings that Go's server knows. */
    private static boolean http(ByteBuf in) {
        return switch (in.toString(in.readerIndex(), HEAD_BYTES, StandardCharsets.ISO_8859_1)) {
            case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO" -> true;
            default -> false;
        };
    }

    private void answer(ChannelHandlerContext ctx) {
        answered = true;
        failures.add(ctx.channel().remoteAddress(), REASON);
        ChannelPipeline pipeline = ctx.pipeline();
        while (pipeline.lastContext() != ctx) {
            pipeline.removeLast();
        }
        ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), ANSWER)).addListener(written -> {
            var unused = LingeringClose.begin(ctx);
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (answered) {
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
