package dev.baton.requestlog;

import dev.baton.http.ExchangeAborted;
import dev.baton.http.OutputEnd;
import dev.baton.http.PassedContent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Writes one line when an exchange is over, by the queue-proxy's reckoning: with the response's last octet, at the end of an
 * upgraded connection, or when the exchange breaks off. A response cut in its middle is logged as 500 of size 0, a client that
 * leaves before there is any as 200. One per connection or stream; event loop only.
 */
final class RequestLogHandler extends ChannelDuplexHandler {
    private static final AsciiString NETWORK_PROBE = AsciiString.cached("k-network-probe");
    private static final AsciiString KUBELET_PROBE = AsciiString.cached("k-kubelet-probe");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString B3 = AsciiString.cached("x-b3-traceid");

    private static final HttpVersion HTTP_2 = new HttpVersion("HTTP", 2, 0, true);
    private static final long NANOS = 1_000_000_000;

    private static final int UNANSWERED = 200;
    private static final int CUT = 500;
    /** Only framing that is broken beyond repair is answered ahead of this handler while an exchange is open. */
    private static final int MALFORMED = 400;

    private final RequestLog log;

    private @Nullable RequestView request;
    private String traceId = "";
    private long begunAt;
    private int code;
    private long size;

    RequestLogHandler(RequestLog log) {
        this.log = log;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            begin(ctx, head);
        }
        ctx.fireChannelRead(message);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        HttpHeaders headers = head.headers();
        if (!log.probes() && probe(headers)) {
            request = null;
            return;
        }
        begunAt = System.nanoTime();
        code = 0;
        size = 0;
        traceId = traceId(headers);
        boolean stream = ctx.channel() instanceof Http2StreamChannel;
        Channel connection = stream ? ctx.channel().parent() : ctx.channel();
        request = view(
                head,
                address(ctx.channel().remoteAddress()),
                stream ? HTTP_2 : head.protocolVersion(),
                connection.pipeline().get(OutputEnd.TLS) != null,
                log.headers());
    }

    /** Copied at once: the handlers below make another request of it. */
    static RequestView view(HttpRequest head, String remote, HttpVersion version, boolean tls, boolean withHeaders) {
        HttpHeaders headers = head.headers();
        String target = head.uri();
        return new RequestView(
                head.method().name(),
                target,
                host(target, headers),
                remote,
                HttpUtil.isTransferEncodingChunked(head) ? -1 : length(headers),
                version.majorVersion(),
                version.minorVersion(),
                tls,
                text(headers, HttpHeaderNames.USER_AGENT),
                text(headers, HttpHeaderNames.REFERER),
                withHeaders ? headers.copy() : EmptyHttpHeaders.INSTANCE);
    }

    /** Header.IsProbe of Knative's networking library. */
    private static boolean probe(HttpHeaders headers) {
        return text(headers, HttpHeaderNames.USER_AGENT).startsWith("kube-probe/")
                || !text(headers, KUBELET_PROBE).isEmpty()
                || !text(headers, NETWORK_PROBE).isEmpty();
    }

    /** ExtractTraceID of pkg/http/trace.go: unchecked, as there. */
    static String traceId(HttpHeaders headers) {
        String parent = text(headers, TRACEPARENT);
        int from = parent.indexOf('-') + 1;
        if (from > 0) {
            int end = parent.indexOf('-', from);
            return parent.substring(from, end < 0 ? parent.length() : end);
        }
        return text(headers, B3);
    }

    private static String host(String target, HttpHeaders headers) {
        String authority = target.startsWith("/")
                ? ""
                : (String) java.util.Objects.requireNonNull(GoUrl.parse(target).field("Host"));
        return authority.isEmpty() ? text(headers, HttpHeaderNames.HOST) : authority;
    }

    private static long length(HttpHeaders headers) {
        String length = text(headers, HttpHeaderNames.CONTENT_LENGTH);
        try {
            return length.isEmpty() ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String text(HttpHeaders headers, CharSequence name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }

    /** As Go prints a TCPAddr. */
    private static String address(@Nullable SocketAddress remote) {
        if (remote instanceof InetSocketAddress tcp && tcp.getAddress() != null) {
            return NetUtil.toSocketAddressString(tcp);
        }
        return "";
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (request != null) {
            if (message instanceof HttpResponse response
                    && (response.status().code() >= 200 || response.status().code() == 101)) {
                code = response.status().code();
            }
            if (code >= 200) {
                if (message instanceof HttpContent content) {
                    size += PassedContent.bytes(content);
                }
                if (message instanceof LastHttpContent) {
                    ctx.write(message, promise);
                    end(code, size);
                    return;
                }
            }
        }
        ctx.write(message, promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ctx.fireUserEventTriggered(event);
        if (event == ExchangeAborted.INSTANCE) {
            brokenOff(MALFORMED);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        brokenOff(UNANSWERED);
        ctx.close(promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        brokenOff(UNANSWERED);
        ctx.fireChannelInactive();
    }

    private void brokenOff(int unanswered) {
        if (code == 101) {
            end(code, 0);
        } else {
            end(code == 0 ? unanswered : CUT, 0);
        }
    }

    private void end(int status, long octets) {
        RequestView of = request;
        if (of != null) {
            request = null;
            long nanos = System.nanoTime() - begunAt;
            // Duration.Seconds of Go.
            long seconds = nanos / NANOS;
            double latency = seconds + (nanos % NANOS) / 1e9;
            log.write(of, new ResponseView(status, octets, latency), traceId);
        }
    }
}
