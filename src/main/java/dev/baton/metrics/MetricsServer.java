package dev.baton.metrics;

import dev.baton.http.Answers;
import dev.baton.http.HttpDate;
import dev.baton.http.NextRequestTimeout;
import dev.baton.tls.ServerTls;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
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
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(5);

    /** Beyond any usual scrape interval; a connection silent for that long belongs to nobody. */
    private static final Duration NEXT_REQUEST = Duration.ofSeconds(150);

    private static final int HEAD_LINE_BYTES_MAX = 4096;
    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int CHUNK_BYTES_MAX = 8192;
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
        HeadTimeout timeout = new HeadTimeout(HEAD_TIMEOUT);
        channel.pipeline()
                .addLast(
                        timeout,
                        new HttpServerCodec(HEAD_LINE_BYTES_MAX, HEAD_BYTES_MAX, CHUNK_BYTES_MAX),
                        new NextRequestTimeout(NEXT_REQUEST),
                        new Requests(timeout));
    }

    /** One request after the other: while one is being answered, the next one is not read. */
    private final class Requests extends SimpleChannelInboundHandler<HttpObject> {
        private final HeadTimeout timeout;
        /** Those that came in one packet with the one that is being answered. */
        private final ArrayDeque<HttpRequest> next = new ArrayDeque<>(1);

        private @Nullable HttpRequest request;
        private boolean answering;

        Requests(HeadTimeout timeout) {
            this.timeout = timeout;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message.decoderResult().isFailure()) {
                // Nothing behind a broken message can be trusted to be the start of one.
                context.writeAndFlush(Answers.text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request"))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            if (message instanceof HttpRequest head) {
                request = head;
                timeout.headSeen();
            }
            HttpRequest whole = request;
            if (message instanceof LastHttpContent && whole != null) {
                request = null;
                next.add(whole);
                answerNext(context);
            }
        }

        private void answerNext(ChannelHandlerContext context) {
            while (!answering) {
                HttpRequest first = next.poll();
                if (first == null) {
                    return;
                }
                answer(context, first);
            }
        }

        private void answer(ChannelHandlerContext context, HttpRequest whole) {
            int query = whole.uri().indexOf('?');
            String path = query < 0 ? whole.uri() : whole.uri().substring(0, query);
            boolean head = HttpMethod.HEAD.equals(whole.method());
            if (!path.equals("/metrics")) {
                send(context, whole, Answers.error(HttpResponseStatus.NOT_FOUND, "404 page not found"));
            } else if (!head && !HttpMethod.GET.equals(whole.method())) {
                FullHttpResponse refusal = Answers.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed");
                refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
                send(context, whole, refusal);
            } else {
                gather(context, whole);
            }
        }

        private void gather(ChannelHandlerContext context, HttpRequest whole) {
            String codings = whole.headers().get(HttpHeaderNames.ACCEPT_ENCODING);
            boolean gzip = codings != null && codings.contains("gzip");
            answering = true;
            scrapes.begin();
            context.channel().config().setAutoRead(false);
            try {
                gatherer.execute(() -> {
                    FullHttpResponse answer = told(gzip);
                    context.executor().execute(() -> finish(context, whole, answer));
                });
            } catch (RejectedExecutionException e) {
                finish(
                        context,
                        whole,
                        Answers.error(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "Limit of concurrent requests reached, try again later."));
            }
        }

        private void finish(ChannelHandlerContext context, HttpRequest whole, FullHttpResponse answer) {
            scrapes.end(answer.status().code());
            send(context, whole, answer);
            answering = false;
            context.channel().config().setAutoRead(true);
            answerNext(context);
        }

        private void send(ChannelHandlerContext context, HttpRequest to, FullHttpResponse answer) {
            boolean keepAlive = HttpUtil.isKeepAlive(to);
            HttpUtil.setKeepAlive(answer, keepAlive);
            answer.headers().set(HttpHeaderNames.DATE, HttpDate.now());
            if (HttpMethod.HEAD.equals(to.method())) {
                // Its length stays; the codec leaves the body out.
                answer.content().clear();
            }
            timeout.answered();
            var written = context.writeAndFlush(answer);
            if (!keepAlive) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a reset, silent or untrusted connection of the scraper: nothing to tell anyone
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
