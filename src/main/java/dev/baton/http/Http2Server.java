package dev.baton.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ServerUpgradeCodec;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Makes a connection one of HTTP/2 in clear text. Each stream is a channel of its own whose first handler is an
 * {@link Http2Exchange}, so that the same handlers serve both protocols. An {@link Http2Guard} stands ahead of the codec, whose
 * own limits on empty DATA and small CONTINUATION frames are in force too.
 *
 * <p>The settings are the queue-proxy's but for the size of frames, of the connection's window, and of heads, which have one
 * limit in both protocols. Any thread may make one; its methods run on the connection's event loop.
 */
public final class Http2Server {
    /**
     * The queue-proxy takes frames of a mebibyte. A frame is gathered before it is parsed, outside all windows, so that each
     * connection could hold as much by beginning one; no client needs larger ones than the protocol's own default.
     */
    private static final int MAX_FRAME_BYTES = 16 * 1024;

    private static final int LENIENT_MAX_FRAME_BYTES = 1 << 20;

    private static final int MAX_STREAMS = 250;
    private static final int STREAM_WINDOW_BYTES = 1 << 20;
    /**
     * The queue-proxy's is a stream's. This one is more, because uploads that wait for their turn must not keep away the one whose
     * turn it is.
     */
    private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

    private static final int HEADER_TABLE_BYTES = 4096;
    private static final char NO_RFC7540_PRIORITIES = 9;
    private static final int UPGRADED_STREAM = 1;

    /** Adds the handlers of one stream; they speak HTTP/1 messages. */
    @FunctionalInterface
    public interface Equipment {
        /** Called on the event loop. {@code http1}: its request came by HTTP/1, and asked for HTTP/2 from then on. */
        void equip(ChannelPipeline pipeline, boolean http1);
    }

    private final GuardLimits limits;
    private final Equipment stream;

    /**
     * Opens nothing.
     *
     * @param stream adds the handlers of one stream; they speak HTTP/1 messages
     */
    public Http2Server(GuardLimits limits, Equipment stream) {
        this.limits = limits;
        this.stream = stream;
    }

    /** The client has begun with the preface, or will: adds what serves it. */
    public void install(ChannelPipeline pipeline) {
        if (pipeline.get(FramingGuard.class) != null) {
            pipeline.remove(FramingGuard.class);
        }
        Http2Codec made = codec();
        Http2FrameCodec codec = made.build();
        pipeline.addLast(made.guard(), codec, multiplexer(made, false), new ConnectionEnd());
    }

    /**
     * Answers a request that asks for HTTP/2 with 101, and serves it as the first stream (RFC 7540 section 3.2).
     *
     * @param ctx the handler that speaks HTTP/1 with the client; it and all behind it leave the pipeline
     * @param request has no body, and has been received whole
     * @return false if the settings that came with it are no good: then nothing has happened
     */
    boolean upgrade(ChannelHandlerContext ctx, HttpRequest request) {
        FullHttpRequest first = new DefaultFullHttpRequest(
                request.protocolVersion(),
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
        Http2Codec made = codec();
        Http2FrameCodec codec = made.build();
        Http2ServerUpgradeCodec upgrade =
                new Http2ServerUpgradeCodec(codec, multiplexer(made, true), new ConnectionEnd());
        HttpHeaders fields = new DefaultHttpHeaders();
        if (!upgrade.prepareUpgradeResponse(ctx, first, fields)) {
            return false;
        }
        Http2Headers head = Http2Request.write(request);
        FullHttpResponse switching = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        switching.headers().set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, UpgradeRequest.H2C);
        ctx.writeAndFlush(switching);

        ChannelPipeline pipeline = ctx.pipeline();
        while (pipeline.lastContext() != ctx) {
            pipeline.removeLast();
        }
        pipeline.remove(ServerCodec.class);
        upgrade.upgradeTo(ctx, first);
        ChannelHandlerContext frames = pipeline.context(codec);
        made.guard().upgraded();
        pipeline.addBefore(frames.name(), null, made.guard());
        try {
            codec.decoder().frameListener().onHeadersRead(frames, UPGRADED_STREAM, head, 0, true);
        } catch (Http2Exception e) {
            ctx.close();
        }
        ctx.flush();
        pipeline.remove(ctx.handler());
        if (pipeline.get(FramingGuard.class) != null) {
            pipeline.remove(FramingGuard.class);
        }
        return true;
    }

    /** Whether a request may be given to {@link #upgrade}. */
    static boolean wanted(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> settings = headers.getAll("http2-settings");
        return settings.size() == 1
                && headers.containsValue(HttpHeaderNames.CONNECTION, "http2-settings", true)
                && Http2Fields.soundHost(headers.get(HttpHeaderNames.HOST))
                && Http2Fields.soundPath(request.uri());
    }

    private Http2Codec codec() {
        Http2Settings settings = new Http2Settings()
                .maxFrameSize(limits.lenient() ? LENIENT_MAX_FRAME_BYTES : MAX_FRAME_BYTES)
                .maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(limits.headBytes())
                .headerTableSize(HEADER_TABLE_BYTES)
                .initialWindowSize(STREAM_WINDOW_BYTES);
        settings.put(NO_RFC7540_PRIORITIES, Long.valueOf(1));
        Http2Codec codec = new Http2Codec(limits);
        codec.initialSettings(settings)
                .validateHeaders(true)
                .validateRequiredPseudoHeaders(true)
                // An orderly end waits for the streams that are open; how long they may take is others' affair.
                .gracefulShutdownTimeoutMillis(-1);
        return codec;
    }

    private ChannelHandler multiplexer(Http2Codec made, boolean upgraded) {
        Http2Watch watch = made.guard().streams();
        return new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                boolean first = channel instanceof Http2StreamChannel one
                        && one.stream().id() == UPGRADED_STREAM;
                channel.pipeline()
                        .addLast(new Http2Exchange(watch, pipeline -> stream.equip(pipeline, upgraded && first)));
            }
        });
    }

    /** What concerns the connection and no stream. */
    private static final class ConnectionEnd extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            // Netty has made it twice as large as a stream's.
            ctx.write(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW_BYTES - 2 * STREAM_WINDOW_BYTES));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == CloseWhenIdle.INSTANCE) {
                // GOAWAY now; the socket is closed when the last stream has ended.
                ctx.close();
            }
        }

        /** The codec has said GOAWAY, or the socket is broken: nothing is left to do but to let go. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (Http2Exception.class.isInstance(cause)) {
                return;
            }
            ctx.channel().unsafe().close(ctx.channel().unsafe().voidPromise());
        }
    }
}
