package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * HTTP/1 on an accepted connection that has one request under way at a time, with large bodies of requests counted in a
 * {@link KnownBody}. Event loop only.
 */
public final class ServerCodec
        extends CombinedChannelDuplexHandler<ServerCodec.RequestDecoder, ServerCodec.ResponseEncoder> {
    private static final int MAX_CHUNK_BYTES = 64 * 1024;

    private final FramingGuard guard;
    private HttpMethod method = HttpMethod.GET;
    /** The client waits for leave to send the body under way. */
    private boolean awaitsLeave;

    private boolean answering;
    private boolean answered;

    /** @param guard ahead of this one; its limits are this one's too, and it counts bodies */
    public ServerCodec(FramingGuard guard) {
        this.guard = guard;
        init(new RequestDecoder(decoding(guard.limits()), guard), new ResponseEncoder());
    }

    /** Lenient about line ends only: the guard is the judge of everything else. */
    private static HttpDecoderConfig decoding(GuardLimits limits) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.headBytes())
                .setMaxHeaderSize(limits.headBytes())
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setAllowDuplicateContentLengths(limits.lenient())
                .setUseRfc9112TransferEncoding(!limits.lenient())
                .setStrictLineParsing(false);
    }

    /** The body of the request under way. */
    public KnownBody requestBody() {
        return inboundHandler().body;
    }

    // Called by BodyWatch.

    /** Whether the client may be expected to send the body now: it has leave, and no response has begun. */
    boolean bodyDue() {
        return !awaitsLeave && !answering;
    }

    /** Whether the response to the request under way is complete. */
    boolean answered() {
        return answered;
    }

    private void begins(HttpRequest request) {
        method = request.method();
        answering = false;
        answered = false;
        awaitsLeave = guard.bodyIncomplete() && request.headers().contains(HttpHeaderNames.EXPECT);
    }

    final class RequestDecoder extends HttpRequestDecoder {
        private final KnownBody body;
        private final boolean lenient;

        private RequestDecoder(HttpDecoderConfig config, FramingGuard guard) {
            super(config);
            lenient = guard.lenient();
            body = new KnownBody(guard::bodyPassed);
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
            body.in(ctx);
            super.handlerAdded(ctx);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
            if (body.open()) {
                body.decode(in, out);
                return;
            }
            super.decode(ctx, in, out);
            if (!out.isEmpty() && out.getLast() instanceof HttpRequest request) {
                begins(request);
                if (body.begins(out)) {
                    reset();
                }
            }
        }

        /** Asked when a head is complete and nothing of the body has been read: a guard that lets such a field pass ignores it. */
        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage request) {
            if (lenient && request.protocolVersion().minorVersion() == 0) {
                request.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
            }
            return super.isContentAlwaysEmpty(request);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            body.returnToSocket();
            super.channelInactive(ctx);
        }
    }

    final class ResponseEncoder extends HttpResponseEncoder {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
            super.write(ctx, message, promise);
            if (answering && message instanceof LastHttpContent) {
                answered = true;
            }
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            return HttpMethod.HEAD.equals(method) || super.isContentAlwaysEmpty(response);
        }

        /** After a successful CONNECT there is no body, and no field may speak of one: RFC 9110 9.3.6. */
        @Override
        protected void sanitizeHeadersBeforeEncode(HttpResponse response, boolean alwaysEmpty) {
            int code = response.status().code();
            answering = code >= 200;
            awaitsLeave &= code != 100;
            if (!alwaysEmpty
                    && HttpMethod.CONNECT.equals(method)
                    && response.status().codeClass() == HttpStatusClass.SUCCESS) {
                response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
                return;
            }
            super.sanitizeHeadersBeforeEncode(response, alwaysEmpty);
        }
    }
}
