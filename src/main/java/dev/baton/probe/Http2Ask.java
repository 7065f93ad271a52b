package dev.baton.probe;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request over an HTTP/2 connection of its own, in clear text. One event loop only. */
final class Http2Ask {
    /** What a failure says when the time is over. */
    static final String DEADLINE = "context deadline exceeded";

    /** As much of an answer as a probe reads. */
    private static final int BODY_LIMIT_BYTES = 4 * 1024;

    /**
     * What came back.
     *
     * @param status of the head
     * @param body its beginning
     * @param trailers of the end; the head itself if it was all there was, null if the body was the end
     */
    record Answer(int status, Http2Headers head, ByteBuffer body, @Nullable Http2Headers trailers) {}

    /**
     * Why nothing came back.
     *
     * @param spoke whether the other side has begun to speak HTTP/2
     * @param reset the code of a stream that has been reset, -1 for anything else
     */
    record Failure(String text, boolean spoke, long reset) {}

    /** Takes the answer, or why there is none. Called once. */
    interface Done {
        void done(@Nullable Answer answer, @Nullable Failure failure);
    }

    private final Http2Headers head;
    private final byte[] body;
    private final Done done;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private @Nullable Http2Headers answerHead;
    private @Nullable Channel connection;
    private @Nullable Future<?> timer;
    private boolean spoke;
    private boolean over;

    /**
     * Asks nothing yet.
     *
     * @param body of the request; empty for none
     */
    Http2Ask(Http2Headers head, byte[] body, Done done) {
        this.head = head;
        this.body = body;
        this.done = done;
    }

    void start(EventLoop loop, InetSocketAddress target, int timeoutMillis) {
        timer = loop.schedule(() -> fail(DEADLINE), timeoutMillis, TimeUnit.MILLISECONDS);
        connection = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Http2Settings settings = Http2Settings.defaultSettings().pushEnabled(false);
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient()
                                                .initialSettings(settings)
                                                .decoupleCloseAndGoAway(true)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                        new Connection());
                    }
                })
                .connect(target)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        fail(TcpAttempt.failure(target, connected.cause()));
                    }
                })
                .channel();
    }

    private void fail(String why) {
        end(null, new Failure(why, spoke, -1));
    }

    private void end(@Nullable Answer answer, @Nullable Failure failure) {
        if (over) {
            return;
        }
        over = true;
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        Channel open = connection;
        if (open != null) {
            open.close();
        }
        done.done(answer, failure);
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            new Http2StreamChannelBootstrap(ctx.channel())
                    .handler(new Stream())
                    .open()
                    .addListener(opened -> {
                        if (!opened.isSuccess()) {
                            fail(String.valueOf(opened.cause().getMessage()));
                        }
                    });
            ctx.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            spoke |= message instanceof Http2SettingsFrame;
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail("EOF");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(String.valueOf(cause.getMessage()));
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.write(new DefaultHttp2HeadersFrame(head, body.length == 0));
            if (body.length > 0) {
                ctx.write(new DefaultHttp2DataFrame(
                        ctx.alloc().buffer(body.length).writeBytes(body), true));
            }
            ctx.flush();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (message instanceof Http2HeadersFrame headers) {
                    headers(headers);
                } else if (message instanceof Http2DataFrame data) {
                    data(data);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void headers(Http2HeadersFrame frame) {
            Http2Headers first = answerHead;
            if (first == null) {
                CharSequence status = frame.headers().status();
                if (status == null || status.length() != 3 || status.charAt(0) == '1') {
                    return;
                }
                answerHead = frame.headers();
            }
            if (frame.isEndStream()) {
                answered(first == null ? frame.headers() : first, frame.headers());
            }
        }

        private void data(Http2DataFrame frame) {
            Http2Headers first = answerHead;
            ByteBuf octets = frame.content();
            int room = Math.min(octets.readableBytes(), BODY_LIMIT_BYTES - received.size());
            byte[] some = new byte[room];
            octets.readBytes(some);
            received.writeBytes(some);
            if (frame.isEndStream() && first != null) {
                answered(first, null);
            }
        }

        private void answered(Http2Headers first, @Nullable Http2Headers trailers) {
            CharSequence status = first.status();
            end(
                    new Answer(
                            status == null ? 0 : Integer.parseInt(status.toString()),
                            first,
                            ByteBuffer.wrap(received.toByteArray()),
                            trailers),
                    null);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                end(null, new Failure("stream reset", spoke, reset.errorCode()));
            } else {
                ReferenceCountUtil.release(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(String.valueOf(cause.getMessage()));
        }
    }
}
