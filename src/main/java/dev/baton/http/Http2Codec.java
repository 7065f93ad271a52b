package dev.baton.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Builds one connection's codec together with the guard that is to stand ahead of it: the guard is told what the codec reads and sends.
 * One per connection.
 */
final class Http2Codec extends Http2FrameCodecBuilder {
    private final GuardLimits limits;
    private @Nullable Http2Guard guard;

    Http2Codec(GuardLimits limits) {
        this.limits = limits;
        server(true);
        // The guard counts resets, ours and theirs, against what is answered; the codec would count them alone.
        decoderEnforceMaxRstFramesPerWindow(0, 1);
        encoderEnforceMaxRstFramesPerWindow(0, 1);
        // RFC 9113 section 6.5.2 calls a client's limit advisory. One that names a tiny limit gets its answers all the
        // same.
        encoderIgnoreMaxHeaderListSize(true);
    }

    @Override
    protected Http2FrameCodec build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        Http2Guard made = new Http2Guard(limits, encoder.connection());
        guard = made;
        return super.build(new Heard(decoder, made), new Told(encoder, made), settings);
    }

    /** The guard of the codec that has been built. */
    Http2Guard guard() {
        Http2Guard made = guard;
        if (made == null) {
            throw new IllegalStateException("not built");
        }
        return made;
    }

    private static final class Heard extends DecoratingHttp2ConnectionDecoder {
        private final Http2Guard guard;

        Heard(Http2ConnectionDecoder decoder, Http2Guard guard) {
            super(decoder);
            this.guard = guard;
        }

        @Override
        public void frameListener(Http2FrameListener listener) {
            super.frameListener(new Http2FrameListenerDecorator(listener) {
                @Override
                public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long error) throws Http2Exception {
                    guard.leaves(stream);
                    super.onRstStreamRead(ctx, stream, error);
                    guard.leaves(0);
                }
            });
        }
    }

    private static final class Told extends DecoratingHttp2ConnectionEncoder {
        private final Http2Guard guard;

        Told(Http2ConnectionEncoder encoder, Http2Guard guard) {
            super(encoder);
            this.guard = guard;
        }

        @Override
        public ChannelFuture writeHeaders(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int padding,
                boolean last,
                ChannelPromise promise) {
            if (headers instanceof ReadOnlyHttp2Headers) {
                // The codec's own 431: it has unpacked a head and thrown it away.
                guard.unpackedInVain();
            } else {
                guard.answered(0);
            }
            return super.writeHeaders(ctx, stream, headers, padding, last, promise);
        }

        @Override
        public ChannelFuture writeData(
                ChannelHandlerContext ctx,
                int stream,
                ByteBuf octets,
                int padding,
                boolean last,
                ChannelPromise promise) {
            guard.answered(octets.readableBytes());
            return super.writeData(ctx, stream, octets, padding, last, promise);
        }

        @Override
        public ChannelFuture writeRstStream(ChannelHandlerContext ctx, int stream, long error, ChannelPromise promise) {
            if (guard.resets(stream, error)) {
                return super.writeRstStream(ctx, stream, error, promise);
            }
            promise.trySuccess();
            return promise;
        }
    }
}
