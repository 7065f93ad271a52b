package dev.baton.metrics;

import dev.baton.http.Answers;
import dev.baton.http.GuardLimits;
import dev.baton.http.PathService;
import dev.baton.tls.ServerTls;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The listener that Prometheus scrapes, port 9091: {@code GET /metrics}, other methods 405, other paths 404. What is told is
 * gathered on a thread that lives only while it is asked, because that takes milliseconds that no event loop has.
 */
public final class MetricsServer extends ChannelInitializer<Channel> implements AutoCloseable {
    /** The queue-proxy's. */
    private static final int HEAD_TIMEOUT_MILLIS = 5_000;

    private static final GuardLimits LIMITS = GuardLimits.SERVICE.within(HEAD_TIMEOUT_MILLIS, HEAD_TIMEOUT_MILLIS);

    private static final int SCRAPES_WAITING = 8;
    private static final int THREAD_IDLE_SECONDS = 3;

    private final Gathering gathering;
    private final @Nullable ServerTls tls;
    private final ThreadPoolExecutor gatherer;
    private final Scrapes scrapes = new Scrapes();

    /** @param tls null for plain HTTP */
    public MetricsServer(Gathering gathering, @Nullable ServerTls tls) {
        this.gathering = gathering;
        this.tls = tls;
        gatherer = new ThreadPoolExecutor(
                1, 1, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(SCRAPES_WAITING), work -> {
                    Thread thread = new Thread(work, "baton-metrics");
                    thread.setDaemon(true);
                    return thread;
                });
        gatherer.allowCoreThreadTimeOut(true);
    }

    @Override
    protected void initChannel(Channel channel) {
        if (tls != null) {
            channel.pipeline().addLast(tls.handler(channel.alloc()));
        }
        new Requests().install(channel.pipeline(), LIMITS);
    }

    private final class Requests extends PathService {
        Requests() {
            super("/metrics");
        }

        @Override
        protected void serve(ChannelHandlerContext ctx, HttpRequest request, boolean last) {
            if (!HttpMethod.HEAD.equals(request.method()) && !HttpMethod.GET.equals(request.method())) {
                FullHttpResponse refusal = Answers.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed");
                refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
                reply(ctx, refusal, last);
                return;
            }
            String codings = request.headers().get(HttpHeaderNames.ACCEPT_ENCODING);
            boolean gzip = codings != null && codings.contains("gzip");
            scrapes.begin();
            try {
                gatherer.execute(() -> {
                    FullHttpResponse answer = told(gzip);
                    ctx.executor().execute(() -> finish(ctx, answer, last));
                });
            } catch (RejectedExecutionException e) {
                FullHttpResponse refusal = Answers.error(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        "Limit of concurrent requests reached, try again later.");
                finish(ctx, refusal, last);
            }
        }

        private void finish(ChannelHandlerContext ctx, FullHttpResponse answer, boolean last) {
            scrapes.end(answer.status().code());
            reply(ctx, answer, last);
        }
    }

    private FullHttpResponse told(boolean gzip) {
        byte[] text;
        try {
            text = gathering.exposition(scrapes).getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            return Answers.error(
                    HttpResponseStatus.INTERNAL_SERVER_ERROR, "An error has occurred while serving metrics:\n\n" + e);
        }
        byte[] body = gzip ? compressed(text) : text;
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Exposition.CONTENT_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (gzip) {
            answer.headers().set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
        }
        return answer;
    }

    private static byte[] compressed(byte[] text) {
        var bytes = new ByteArrayOutputStream(text.length / 8);
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Scrapes that wait are given up. */
    @Override
    public void close() {
        gatherer.shutdownNow();
    }
}
