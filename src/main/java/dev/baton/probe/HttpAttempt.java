package dev.baton.probe;

import dev.baton.config.ProbeSpec;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A GET without keep-alive; ready when the answer is 200 to 399. Redirects are followed, as Go's client does. Like the
 * kubelet it believes any certificate: it asks whether the container answers, not who it is.
 */
final class HttpAttempt implements Attempt {
    /** The kubelet's, with the version that the queue-proxy leaves empty. */
    static final String USER_AGENT = "kube-probe//";

    private static final int MAX_REDIRECTS = 10;

    private final ProbeSpec.HttpGet get;
    private final String target;

    HttpAttempt(ProbeSpec.HttpGet get) {
        this.get = get;
        int fragment = get.path().indexOf('#');
        target = sendable(fragment < 0 ? get.path() : get.path().substring(0, fragment));
    }

    /** The path and query as given, except what may not stand in a request line. */
    static String sendable(String path) {
        StringBuilder sendable = new StringBuilder(path.length());
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7f) {
                sendable.append((char) b);
            } else {
                sendable.append('%')
                        .append(Character.toUpperCase(Character.forDigit(b >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
        return sendable.toString();
    }

    @Override
    public void start(EventLoop loop, int timeoutMillis, Outcome outcome) {
        String host = get.host().indexOf(':') >= 0 ? '[' + get.host() + ']' : get.host();
        URI uri = URI.create((get.https() ? "https://" : "http://") + host + ':' + get.port() + '/');
        new Exchange(loop, timeoutMillis, outcome).ask(uri, target);
    }

    /** One attempt with all its redirects. Event loop only. */
    private final class Exchange {
        private final EventLoop loop;
        private final int timeoutMillis;
        private final Outcome outcome;
        private final Future<?> timer;
        private @Nullable Channel channel;
        private String url = "";
        private @Nullable String referer;
        private int redirects;
        private boolean asked;
        private boolean over;

        Exchange(EventLoop loop, int timeoutMillis, Outcome outcome) {
            this.loop = loop;
            this.timeoutMillis = timeoutMillis;
            this.outcome = outcome;
            timer = loop.schedule(this::late, timeoutMillis, TimeUnit.MILLISECONDS);
        }

        private void late() {
            fail((asked ? "context deadline exceeded" : "net/http: request canceled while waiting for connection")
                    + " (Client.Timeout exceeded while awaiting headers)");
        }

        /** {@code base} says where, {@code target} what: the path is sent byte by byte as the probe has it. */
        void ask(URI base, String target) {
            boolean tls = "https".equalsIgnoreCase(base.getScheme());
            String host = base.getHost();
            if (host == null) {
                fail("no host in " + base);
                return;
            }
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            int port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
            url = base.getScheme() + "://" + base.getRawAuthority() + target;
            asked = false;
            new HostLookup(bare).find(loop, port, (address, failure) -> {
                if (over) {
                    return;
                }
                if (address == null) {
                    fail("dial tcp: " + failure);
                } else {
                    connect(address, tls, base, target);
                }
            });
        }

        private void connect(InetSocketAddress address, boolean tls, URI base, String target) {
            SslContext context;
            try {
                context = tls ? trusting() : null;
            } catch (SSLException e) {
                fail(String.valueOf(e.getMessage()));
                return;
            }
            channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .disableResolver()
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel opened) {
                            if (context != null) {
                                opened.pipeline().addLast(context.newHandler(opened.alloc()));
                            }
                            opened.pipeline().addLast(new HttpClientCodec(), new Answer(base, target));
                        }
                    })
                    .connect(address)
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            fail(TcpAttempt.failure(address, connected.cause()));
                        }
                    })
                    .channel();
        }

        private SslContext trusting() throws SSLException {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .build();
        }

        private void answered(URI base, HttpResponse response) {
            int status = response.status().code();
            String location = response.headers().get(HttpHeaderNames.LOCATION);
            boolean redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
            if (redirect && location != null) {
                follow(base, location);
            } else if (status >= 200 && status < 400) {
                end(null);
            } else {
                end("HTTP probe did not respond Ready, got status code: " + status);
            }
        }

        private void follow(URI base, String location) {
            if (++redirects >= MAX_REDIRECTS) {
                url = location;
                fail("stopped after " + MAX_REDIRECTS + " redirects");
                return;
            }
            close();
            URI next;
            try {
                next = base.resolve(location);
            } catch (IllegalArgumentException e) {
                fail("failed to parse Location header");
                return;
            }
            referer = base.getScheme().equalsIgnoreCase("https") && "http".equalsIgnoreCase(next.getScheme())
                    ? null
                    : url;
            String path = next.getRawPath() == null || next.getRawPath().isEmpty() ? "/" : next.getRawPath();
            ask(next, next.getRawQuery() == null ? path : path + '?' + next.getRawQuery());
        }

        private void fail(String error) {
            end("Get \"" + url + "\": " + error);
        }

        private void end(@Nullable String error) {
            if (!over) {
                over = true;
                timer.cancel(false);
                close();
                outcome.done(error);
            }
        }

        private void close() {
            Channel open = channel;
            if (open != null) {
                channel = null;
                open.close();
            }
        }

        private FullHttpRequest request(URI base, String target) {
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
            HttpHeaders headers = request.headers();
            headers.set(HttpHeaderNames.HOST, base.getRawAuthority());
            headers.set(HttpHeaderNames.USER_AGENT, USER_AGENT);
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            for (ProbeSpec.Header header : get.headers()) {
                // Go sets these two by itself, whatever else is asked for.
                if (!header.name().equalsIgnoreCase("Host") && !header.name().equalsIgnoreCase("User-Agent")) {
                    headers.add(header.name(), header.value());
                }
            }
            if (referer != null && !headers.contains(HttpHeaderNames.REFERER)) {
                headers.set(HttpHeaderNames.REFERER, referer);
            }
            if (!headers.contains(HttpHeaderNames.ACCEPT_ENCODING) && !headers.contains(HttpHeaderNames.RANGE)) {
                // The body is never read; a program may look at it.
                headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
            }
            return request;
        }

        private final class Answer extends SimpleChannelInboundHandler<HttpObject> {
            private final URI base;
            private final String target;

            Answer(URI base, String target) {
                this.base = base;
                this.target = target;
            }

            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                ctx.writeAndFlush(request(base, target)).addListener(sent -> asked |= sent.isSuccess());
            }

            @Override
            protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
                if (over || ctx.channel() != channel) {
                    return;
                }
                if (message.decoderResult().isFailure()) {
                    fail("net/http: HTTP/1.x transport connection broken: malformed HTTP response");
                } else if (message instanceof HttpResponse response
                        && response.status().code() >= 200) {
                    answered(base, response);
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                if (ctx.channel() == channel) {
                    fail("EOF");
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                if (ctx.channel() == channel) {
                    fail(String.valueOf(cause.getMessage()));
                }
            }
        }
    }
}
