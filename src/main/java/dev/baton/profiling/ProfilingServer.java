package dev.baton.profiling;

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
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /debug/pprof/} and below it {@code cmdline}, {@code profile}, {@code symbol} and {@code trace}, as Go's
 * {@code net/http/pprof} has them. Profiles are taken on a thread that lives as long as one takes, one at a time, and for no longer than
 * who asks stays.
 */
public final class ProfilingServer extends ChannelInitializer<Channel> {
    /** The queue-proxy's. */
    private static final Duration HEAD_TIMEOUT = Duration.ofMinutes(1);

    private static final double LONGEST_MILLIS = 600_000;
    private static final String PREFIX = "/debug/pprof/";
    private static final String INDEX =
            """
            <html><head><title>/debug/pprof/</title></head><body>/debug/pprof/<ul>
            <li><a href="profile?seconds=30">profile</a>: where processor time goes, for go tool pprof; seconds=30</li>
            <li><a href="trace?seconds=1">trace</a>: what each thread does, for Perfetto; seconds=1</li>
            <li><a href="cmdline">cmdline</a>: how this process was started</li>
            <li><a href="symbol">symbol</a>: names of addresses, of which there are none</li>
            </ul></body></html>
            """;

    private final AtomicBoolean taken = new AtomicBoolean();

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(4096, 16 * 1024, 8192),
                        new NextRequestTimeout(HEAD_TIMEOUT),
                        new Requests());
    }

    /** Whether a profile is being taken. Any thread. */
    boolean busy() {
        return taken.get();
    }

    /** Each connection has one request answered, so that nothing has to wait its turn behind a profile. */
    private final class Requests extends SimpleChannelInboundHandler<HttpObject> {
        private @Nullable HttpRequest request;
        private boolean answering;

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (answering) {
                return;
            }
            if (message.decoderResult().isFailure()) {
                send(context, Answers.text(HttpResponseStatus.BAD_REQUEST, "400 Bad Request"));
                return;
            }
            if (message instanceof HttpRequest head) {
                request = head;
            }
            HttpRequest whole = request;
            if (message instanceof LastHttpContent && whole != null) {
                answer(context, whole);
            }
        }

        private void answer(ChannelHandlerContext context, HttpRequest whole) {
            QueryStringDecoder uri = new QueryStringDecoder(whole.uri());
            boolean head = HttpMethod.HEAD.equals(whole.method());
            if (!uri.path().startsWith(PREFIX)) {
                send(context, Answers.error(HttpResponseStatus.NOT_FOUND, "404 page not found"));
            } else if (!head && !HttpMethod.GET.equals(whole.method())) {
                FullHttpResponse refusal = Answers.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed");
                refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
                send(context, refusal);
            } else {
                String name = uri.path().substring(PREFIX.length());
                switch (name) {
                    case "" -> send(context, page("text/html; charset=utf-8", INDEX.getBytes(StandardCharsets.UTF_8)));
                    case "cmdline" -> onAThread(context, ProfilingServer::commandLine);
                    case "symbol" -> send(context, text("num_symbols: 1\n"));
                    case "profile" -> take(context, name, seconds(uri, 30));
                    case "trace" -> take(context, name, seconds(uri, 1));
                    default -> send(context, unusable(HttpResponseStatus.NOT_FOUND, "Unknown profile"));
                }
            }
        }

        private void take(ChannelHandlerContext context, String name, Duration length) {
            if (!taken.compareAndSet(false, true)) {
                send(
                        context,
                        unusable(
                                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                                "Could not enable CPU profiling: cpu profiling already in use"));
                return;
            }
            Channel asking = context.channel();
            onAThread(context, () -> {
                try {
                    byte[] told = name.equals("trace")
                            ? ThreadTrace.record(length, () -> !asking.isActive())
                            : CpuProfile.record(length, () -> !asking.isActive());
                    FullHttpResponse page = page("application/octet-stream", told);
                    page.headers().set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"");
                    return page;
                } finally {
                    taken.set(false);
                }
            });
        }

        private void onAThread(ChannelHandlerContext context, Work work) {
            answering = true;
            Thread.ofPlatform().daemon().name("baton-profile").start(() -> {
                FullHttpResponse answer;
                try {
                    answer = work.answer();
                } catch (IOException | RuntimeException e) {
                    answer = unusable(HttpResponseStatus.INTERNAL_SERVER_ERROR, "Could not be told: " + e.getMessage());
                }
                FullHttpResponse told = answer;
                context.executor().execute(() -> send(context, told));
            });
        }

        private void send(ChannelHandlerContext context, FullHttpResponse answer) {
            answering = true;
            answer.headers().set(HttpHeaderNames.DATE, HttpDate.now()).set(HttpHeaderNames.CONNECTION, "close");
            HttpRequest asked = request;
            if (asked != null && HttpMethod.HEAD.equals(asked.method())) {
                // Its length stays; the codec leaves the body out.
                answer.content().clear();
            }
            context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // a reset or broken connection of who looks: nothing to tell anyone
        }
    }

    private interface Work {
        FullHttpResponse answer() throws IOException;
    }

    /** A number of seconds that is none, or none at all, is the usual one. */
    private static Duration seconds(QueryStringDecoder uri, int usual) {
        double seconds = 0;
        try {
            seconds = Double.parseDouble(
                    uri.parameters().getOrDefault("seconds", List.of("")).getFirst());
        } catch (NumberFormatException e) {
            return Duration.ofSeconds(usual);
        }
        if (!(seconds > 0)) {
            return Duration.ofSeconds(usual);
        }
        return Duration.ofMillis((long) Math.min(seconds * 1000, LONGEST_MILLIS));
    }

    private static FullHttpResponse commandLine() throws IOException {
        String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
        return text(line.endsWith("\0") ? line.substring(0, line.length() - 1) : line);
    }

    private static FullHttpResponse text(String text) {
        return page("text/plain; charset=utf-8", text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static FullHttpResponse page(String type, byte[] body) {
        FullHttpResponse page =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
        page.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set("x-content-type-options", "nosniff")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return page;
    }

    private static FullHttpResponse unusable(HttpResponseStatus status, String message) {
        FullHttpResponse answer = Answers.error(status, message);
        answer.headers().set("x-go-pprof", "1");
        return answer;
    }
}
