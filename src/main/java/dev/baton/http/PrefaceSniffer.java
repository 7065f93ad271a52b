package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells from a new connection's first octets whether the client speaks HTTP/2 with prior knowledge (RFC 9113 section 3.3),
 * has the rest of the pipeline made accordingly, and leaves. One per connection; event loop only.
 *
 * <p>A first line that has the form of a preface, and in which nothing is of HTTP/1, ends the connection without an answer (section
 * 3.4): who sends it could not read one. Every other first line that is no good gets HTTP/1's answer.
 *
 * <p>It has no clock of its own: a {@link FramingGuard} behind it limits how long the first octets may take.
 */
public final class PrefaceSniffer extends FirstOctets {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The part that has the form of a request head; what follows it is no HTTP/1 in any case. */
    private static final int PREFACE_HEAD = 18;

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private final Consumer<ChannelPipeline> http1;
    private final Consumer<ChannelPipeline> http2;

    /** Each of the two adds the handlers of its protocol at the pipeline's end. */
    public PrefaceSniffer(Consumer<ChannelPipeline> http1, Consumer<ChannelPipeline> http2) {
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf read)) {
            ctx.fireChannelRead(message);
            return;
        }
        boolean first = none();
        ByteBuf in = join(ctx, read);
        int there = Math.min(PREFACE.length, in.readableBytes());
        int equal = 0;
        while (equal < there && in.getByte(in.readerIndex() + equal) == PREFACE[equal]) {
            equal++;
        }
        boolean preface = equal == there;
        if (preface && there < PREFACE.length) {
            keep(in);
            FramingGuard guard = ctx.pipeline().get(FramingGuard.class);
            if (first && guard != null) {
                guard.begun(ctx);
            }
            return;
        }
        if (!preface && (equal >= PREFACE_HEAD || foreign(in))) {
            in.release();
            ctx.close();
            return;
        }
        (preface ? http2 : http1).accept(ctx.pipeline());
        ctx.fireChannelRead(in);
        ctx.pipeline().remove(this);
    }

    /** Three words, the last of which is no version: there is no slash in it. */
    private static boolean foreign(ByteBuf in) {
        int blanks = 0;
        boolean slash = false;
        for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
            switch (in.getByte(i)) {
                case ' ' -> {
                    blanks++;
                    slash = false;
                }
                case '/' -> slash = true;
                case '\r', '\n' -> {
                    return blanks == 2
                            && !slash
                            && noneOfHttp1(
                                    in.toString(in.readerIndex(), i - in.readerIndex(), StandardCharsets.ISO_8859_1));
                }
                default -> {}
            }
        }
        return false;
    }

    /** Whether there is neither a method that we know, nor a path, nor the beginning of a version. */
    private static boolean noneOfHttp1(String line) {
        String method = line.substring(0, line.indexOf(' '));
        String target = line.substring(method.length() + 1, line.lastIndexOf(' '));
        String version = line.substring(line.lastIndexOf(' ') + 1);
        return !METHODS.contains(method)
                && !target.startsWith("/")
                && !target.startsWith("*")
                && !version.isEmpty()
                && !version.startsWith("HTTP");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == CloseWhenIdle.INSTANCE) {
            ctx.close();
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            ended(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** No more will come. What would have become a preface is the beginning of an HTTP/1 head as well. */
    private void ended(ChannelHandlerContext ctx) {
        ByteBuf in = take();
        if (in == null) {
            ctx.close();
        } else if (in.readableBytes() >= PREFACE_HEAD) {
            in.release();
            ctx.close();
        } else {
            http1.accept(ctx.pipeline());
            ctx.fireChannelRead(in);
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            ctx.pipeline().remove(this);
        }
    }

    /** A client that resets its connection before it has said anything is its own affair. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
