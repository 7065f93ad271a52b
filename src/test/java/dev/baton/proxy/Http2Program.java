package dev.baton.proxy;

import dev.baton.http.EventLoops;
import dev.baton.http.Listener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands for the user's program where that speaks HTTP/2 with prior knowledge: does with each whole request what a test says. */
public final class Http2Program implements AutoCloseable {
    /** What to do with a request. Called on the program's event loop. */
    public interface Behaviour {
        void answer(Http2Program program, ChannelHandlerContext stream, Http2Headers head, String body);
    }

    public final List<Http2Headers> heads = new CopyOnWriteArrayList<>();
    public final List<String> bodies = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger answered = new AtomicInteger();
    /** Octets of bodies that have left for the sidecar. */
    public final AtomicLong sent = new AtomicLong();

    private final EventLoops loops = new EventLoops(1, "http2-program");
    private final ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    /** Answers everything alike. */
    Http2Program(String text) {
        this((program, stream, head, body) -> program.ok(stream, text));
    }

    Http2Program(Behaviour behaviour) {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), behaviour);
    }

    public Http2Program(InetSocketAddress address, Behaviour behaviour) {
        try {
            listener = Listener.bind(loops, address, new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    connections.incrementAndGet();
                    accepted.add(channel);
                    channel.pipeline()
                            .addLast(Http2FrameCodecBuilder.forServer()
                                    .initialSettings(
                                            Http2Settings.defaultSettings().maxConcurrentStreams(1000))
                                    .decoderEnforceMaxRstFramesPerWindow(0, 1)
                                    .build())
                            .addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel stream) {
                                    stream.pipeline().addLast(new Stream(behaviour));
                                }
                            }))
                            .addLast(new End());
                }
            });
        } catch (BindException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** 200 and a body, in pieces as large as a frame. */
    public void ok(ChannelHandlerContext stream, String text) {
        answered.incrementAndGet();
        stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        int piece = 16 * 1024;
        for (int from = 0; from < octets.length; from += piece) {
            int length = Math.min(piece, octets.length - from);
            stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(octets, from, length)))
                    .addListener(done -> {
                        if (done.isSuccess()) {
                            sent.addAndGet(length);
                        }
                    });
        }
        stream.writeAndFlush(new DefaultHttp2DataFrame(true));
    }

    /** GOAWAY on a stream's connection: streams above the last one have not been looked at. */
    void goAway(ChannelHandlerContext stream, int last) {
        stream.channel()
                .parent()
                .pipeline()
                .context(Http2FrameCodec.class)
                .writeAndFlush(Unpooled.buffer()
                        .writeMedium(8)
                        .writeByte(7)
                        .writeByte(0)
                        .writeInt(0)
                        .writeInt(last)
                        .writeInt(0));
    }

    /** A connection that the sidecar resets is its own affair too. */
    private static final class End extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        private final Behaviour behaviour;
        private final StringBuilder body = new StringBuilder();
        private Http2Headers head = new DefaultHttp2Headers();

        Stream(Behaviour behaviour) {
            this.behaviour = behaviour;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean last = false;
            if (message instanceof Http2HeadersFrame headers) {
                last = headers.isEndStream();
                if (head.isEmpty()) {
                    head = headers.headers();
                    heads.add(head);
                }
            } else if (message instanceof Http2DataFrame data) {
                last = data.isEndStream();
                body.append(data.content().toString(StandardCharsets.ISO_8859_1));
            }
            ReferenceCountUtil.release(message);
            if (last) {
                bodies.add(body.toString());
                behaviour.answer(Http2Program.this, ctx, head, body.toString());
            }
        }

        /** A stream that the sidecar gives up is its own affair. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        // Past the codec, which would wait for the streams to end.
        accepted.forEach(channel -> channel.eventLoop()
                .submit(() -> channel.unsafe().close(channel.voidPromise()))
                .awaitUninterruptibly());
        loops.close();
    }
}
