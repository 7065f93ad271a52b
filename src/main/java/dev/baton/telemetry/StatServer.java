package dev.baton.telemetry;

import dev.baton.http.GuardLimits;
import dev.baton.http.PathService;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/**
 * The listener that the autoscaler scrapes, port 9090: {@code /metrics} answers any method with the Stat, everything else is
 * answered as Go's server answers it.
 */
public final class StatServer extends ChannelInitializer<Channel> {
    private static final AsciiString PROTOBUF = AsciiString.cached("application/protobuf");

    private final Traffic traffic;

    public StatServer(Traffic traffic) {
        this.traffic = traffic;
    }

    @Override
    protected void initChannel(Channel channel) {
        new Requests().install(channel.pipeline(), GuardLimits.SERVICE);
    }

    private final class Requests extends PathService {
        Requests() {
            super("/metrics");
        }

        @Override
        protected void serve(ChannelHandlerContext ctx, HttpRequest request, boolean last) {
            byte[] stat = traffic.stat();
            var answer = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(stat));
            answer.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, PROTOBUF)
                    .set(HttpHeaderNames.CONTENT_LENGTH, stat.length);
            reply(ctx, answer, last);
        }
    }
}
