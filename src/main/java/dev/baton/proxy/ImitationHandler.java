package dev.baton.proxy;

import static dev.baton.config.Imitation.CONTENT_SNIFFING;
import static dev.baton.config.Imitation.DROPPED_TRAILERS;
import static dev.baton.config.Imitation.HALF_DUPLEX;
import static dev.baton.config.Imitation.INTERIM_STATUS;
import static dev.baton.config.Imitation.LATE_HEADERS;

import dev.baton.config.ProxySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Makes of what passes between client and program what the Go sidecar would make of it, as far as {@code BATON_IMITATE} asks for
 * it. In the pipeline only then. One per connection or stream; event loop only.
 */
final class ImitationHandler extends ChannelDuplexHandler {
    /** Go's response buffer. */
    private static final int BUFFER_BYTES = 4096;
    /** As much of a request Go reads before it lets the response begin. */
    private static final int READ_FIRST_BYTES = 256 * 1024;

    private final ProxySettings settings;
    private final boolean halfDuplex;

    private boolean requestDone;
    private long requestBytes;
    private boolean interimSeen;
    /** Nothing of the response is to be seen before it fills the buffer. */
    private boolean late;

    private int buffered;
    /** The head whose type the first content decides. */
    private @Nullable HttpResponse untyped;
    /** A response that began before its request had been read. */
    private final ArrayDeque<Object> early = new ArrayDeque<>();

    private int earlyBytes;
    private boolean waiting;

    /** @param http2 whether requests come on streams, where both directions are free in any case */
    ImitationHandler(ProxySettings settings, boolean http2) {
        this.settings = settings;
        halfDuplex = settings.imitates(HALF_DUPLEX) && !settings.fullDuplex() && !http2;
    }

    /** Whether there is anything to do. */
    static boolean neededFor(ProxySettings settings) {
        return settings.imitates(INTERIM_STATUS)
                || settings.imitates(LATE_HEADERS)
                || settings.imitates(CONTENT_SNIFFING)
                || settings.imitates(DROPPED_TRAILERS)
                || settings.imitates(HALF_DUPLEX);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Object passed = message;
        if (message instanceof HttpRequest) {
            forget();
            requestDone = false;
            requestBytes = 0;
            interimSeen = false;
        }
        if (message instanceof HttpContent content) {
            requestBytes += content.content().readableBytes();
            if (content instanceof LastHttpContent last) {
                requestDone = true;
                passed = withoutTrailers(last);
            }
        }
        ctx.fireChannelRead(passed);
        if (waiting && (requestDone || requestBytes > READ_FIRST_BYTES)) {
            goOn(ctx);
        }
    }

    private LastHttpContent withoutTrailers(LastHttpContent last) {
        if (settings.imitates(DROPPED_TRAILERS) && !last.trailingHeaders().isEmpty()) {
            last.trailingHeaders().clear();
        }
        return last;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() >= 200 && !(waiting || requestDone)) {
            waiting = halfDuplex && requestBytes <= READ_FIRST_BYTES;
        }
        if (waiting) {
            early.add(message);
            promise.trySuccess();
            earlyBytes +=
                    message instanceof HttpContent content ? content.content().readableBytes() : 0;
            if (earlyBytes > READ_FIRST_BYTES) {
                goOn(ctx);
            }
            return;
        }
        pass(ctx, message, promise);
    }

    private void goOn(ChannelHandlerContext ctx) {
        waiting = false;
        earlyBytes = 0;
        // However much of the request is still to come: it has been waited for once.
        requestBytes = READ_FIRST_BYTES + 1;
        for (Object message; (message = early.poll()) != null; ) {
            pass(ctx, message, ctx.newPromise());
        }
        flush(ctx);
    }

    private void pass(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            int status = response.status().code();
            if (status < 200) {
                if (interimSeen && status != 101 && settings.imitates(INTERIM_STATUS)) {
                    // The first one is all that Go's recorder lets through.
                    ReferenceCountUtil.release(message);
                    promise.trySuccess();
                    return;
                }
                interimSeen |= status != 101;
            } else if (head(response)) {
                untyped = response;
                if (!(response instanceof HttpContent)) {
                    promise.trySuccess();
                    return;
                }
            }
        }
        if (message instanceof HttpContent content) {
            content(ctx, content);
        }
        ctx.write(message, promise);
    }

    /** Whether the head is to wait for the first content. */
    private boolean head(HttpResponse response) {
        HttpHeaders headers = response.headers();
        if (interimSeen && settings.imitates(INTERIM_STATUS)) {
            response.setStatus(HttpResponseStatus.OK);
        }
        late = settings.imitates(LATE_HEADERS)
                && headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("text/event-stream");
        buffered = 0;
        return settings.imitates(CONTENT_SNIFFING)
                && !headers.contains(HttpHeaderNames.CONTENT_TYPE)
                && !headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO, false)
                && response.status().code() != 204
                && response.status().code() != 304;
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        HttpResponse waitingHead = untyped;
        if (waitingHead != null) {
            untyped = null;
            ByteBuf body = content.content();
            if (body.isReadable()) {
                int length = Math.min(body.readableBytes(), ContentSniffer.LENGTH);
                byte[] beginning = ByteBufUtil.getBytes(body, body.readerIndex(), length);
                waitingHead.headers().set(HttpHeaderNames.CONTENT_TYPE, ContentSniffer.type(beginning));
            }
            if (waitingHead != content) {
                ctx.write(waitingHead, ctx.voidPromise());
            }
        }
        buffered += content.content().readableBytes();
        late &= buffered < BUFFER_BYTES && !(content instanceof LastHttpContent);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (!late && !waiting && untyped == null) {
            ctx.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forget();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
    }

    private void forget() {
        waiting = false;
        earlyBytes = 0;
        late = false;
        ReferenceCountUtil.release(untyped);
        untyped = null;
        for (Object message; (message = early.poll()) != null; ) {
            ReferenceCountUtil.release(message);
        }
    }
}
