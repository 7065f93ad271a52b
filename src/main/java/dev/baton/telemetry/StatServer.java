package dev.baton.telemetry;

import dev.baton.http.Answers;
import dev.baton.http.HttpDate;
import dev.baton.http.NextRequestTimeout;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.time.Duration;

/**
 * The listener that the autoscaler scrapes, port 9090: {@code /metrics} answers any method with the Stat, everything else is
 * 404.
 */
public final class StatServer extends ChannelInitializer<Channel> {
    private static final AsciiString PROTOBUF = AsciiString.cached("application/protobuf");

    /** The autoscaler asks every second or so; a connection silent for that long belongs to nobody. */
    private static final Duration NEXT_REQUEST = Duration.ofSeconds(60);

    private static final int HEAD_LINE_BYTES_MAX = 4096;
    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int CHUNK_BYTES_MAX = 8192;

    private final Traffic traffic;

    public StatServer(Traffic traffic) {
        this.traffic = traffic;
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(HEAD_LINE_BYTES_MAX, HEAD_BYTES_MAX, CHUNK_BYTES_MAX),
                        new NextRequestTimeout(NEXT_REQUEST),
                        new Requests());
    }

    private final class Requests extends SimpleChannelInboundHandler<HttpObject> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message.decoderResult().isFailure()) {
                // Nothing behind a broken message can be trusted to be the start of one.
                context.writeAndFlush(Answers.text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request"))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            if (message instanceof HttpRequest request) {
                FullHttpResponse answer = answer(request);
                boolean keepAlive = HttpUtil.isKeepAlive(request);
                HttpUtil.setKeepAlive(answer, keepAlive);
                answer.headers().set(HttpHeaderNames.DATE, HttpDate.now());
                var written = context.write(answer);
                if (!keepAlive) {
                    written.addListener(ChannelFutureListener.CLOSE);
                }
            }
            // Bodies, which nobody sends here, are read and forgotten.
        }

        private FullHttpResponse answer(HttpRequest request) {
            if (!path(request.uri()).equals("/metrics")) {
                return Answers.error(HttpResponseStatus.NOT_FOUND, "404 page not found");
            }
            byte[] stat = traffic.stat();
            var response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(stat));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, PROTOBUF)
                    .set(HttpHeaderNames.CONTENT_LENGTH, stat.length);
            return response;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a reset or silent connection of the scraper: nothing to tell anyone
        }
    }

    private static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
