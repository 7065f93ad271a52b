package dev.baton.otel;

import dev.baton.metrics.Methods;
import dev.baton.metrics.Spans;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spans that the queue-proxy makes, by its names and attributes (OpenTelemetry's semantic conventions for HTTP). Baggage
 * needs no propagation here: its field passes as it came.
 */
final class SdkSpans implements Spans {
    private static final String OTHER_METHOD = "_OTHER";

    private static final TextMapGetter<HttpHeaders> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpHeaders headers) {
            return List.copyOf(headers.names());
        }

        @Override
        public @Nullable String get(@Nullable HttpHeaders headers, String name) {
            if (headers == null) {
                return null;
            }
            List<String> values = headers.getAll(name);
            return values.isEmpty() ? null : values.size() == 1 ? values.getFirst() : String.join(",", values);
        }
    };

    private static final TextMapSetter<HttpHeaders> SETTER = (headers, name, value) -> {
        if (headers != null) {
            headers.set(name, value);
        }
    };

    private final SdkTracing tracing;
    private @Nullable Span server;
    private @Nullable Span proxy;
    private @Nullable Span waiting;
    private @Nullable Span client;
    private Context serverContext = Context.root();
    private Context innermost = Context.root();

    SdkSpans(SdkTracing tracing) {
        this.tracing = tracing;
    }

    @Override
    public void arrived(Arrival arrival) {
        HttpHeaders headers = arrival.request().headers();
        Context parent = tracing.propagator().extract(Context.root(), headers, GETTER);
        SpanBuilder builder = tracing.http()
                .spanBuilder(name(arrival.method()))
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setAttribute("http.request.method", arrival.method())
                .setAttribute("url.scheme", arrival.tls() ? "https" : "http")
                .setAttribute("network.protocol.version", arrival.version())
                .setAttribute("kn.route.tag", arrival.tag());
        Span span = builder.startSpan();
        server = span;
        serverContext = parent.with(span);
        innermost = serverContext;
        if (span.isRecording()) {
            describe(span, arrival);
        }
        inject(serverContext, headers);
    }

    private static void describe(Span span, Arrival arrival) {
        HttpRequest request = arrival.request();
        String original = request.method().name();
        if (!original.equals(arrival.method())) {
            span.setAttribute("http.request.method_original", original);
        }
        String host = arrival.host();
        int colon = host.lastIndexOf(':');
        boolean portGiven = colon > host.lastIndexOf(']');
        span.setAttribute("server.address", unbracketed(portGiven ? host.substring(0, colon) : host));
        if (portGiven) {
            port(span, host.substring(colon + 1), arrival.tls() ? 443 : 80);
        }
        InetSocketAddress peer = arrival.peer();
        String peerAddress = peer == null ? "" : peer.getAddress().getHostAddress();
        if (peer != null) {
            span.setAttribute("network.peer.address", peerAddress);
            span.setAttribute("network.peer.port", (long) peer.getPort());
        }
        String userAgent = request.headers().get(HttpHeaderNames.USER_AGENT);
        if (userAgent != null && !userAgent.isEmpty()) {
            span.setAttribute("user_agent.original", userAgent);
        }
        String forwardedFor = request.headers().get("x-forwarded-for", "");
        int comma = forwardedFor.indexOf(',');
        String clientAddress = comma < 0 ? forwardedFor : forwardedFor.substring(0, comma);
        if (!clientAddress.isEmpty() || !peerAddress.isEmpty()) {
            span.setAttribute("client.address", clientAddress.isEmpty() ? peerAddress : clientAddress);
        }
        String target = request.uri();
        int query = target.indexOf('?');
        span.setAttribute("url.path", query < 0 ? target : target.substring(0, query));
    }

    private static void port(Span span, String text, int usual) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port != usual) {
                span.setAttribute("server.port", (long) port);
            }
        } catch (NumberFormatException e) {
            // A Host that names no port after all: there is none to tell.
            return;
        }
    }

    private static String unbracketed(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    private static String name(String method) {
        return method.equals(OTHER_METHOD) ? "HTTP" : method;
    }

    private void inject(Context context, HttpHeaders headers) {
        tracing.propagator().inject(context, headers, SETTER);
    }

    @Override
    public void proxied(boolean waits) {
        Span span = tracing.queue()
                .spanBuilder("kn.queueproxy.proxy")
                .setParent(serverContext)
                .startSpan();
        proxy = span;
        innermost = serverContext.with(span);
        if (waits) {
            Span wait = tracing.queue()
                    .spanBuilder("kn.queueproxy.wait")
                    .setParent(innermost)
                    .startSpan();
            waiting = wait;
            innermost = innermost.with(wait);
        }
    }

    @Override
    public void running() {
        waiting = end(waiting);
    }

    @Override
    public void sent(HttpRequest request) {
        String method = Methods.known(request.method().name());
        Span span = tracing.http()
                .spanBuilder("HTTP " + request.method().name())
                .setSpanKind(SpanKind.CLIENT)
                .setParent(innermost)
                .setAttribute("http.request.method", method)
                .setAttribute("server.address", tracing.userAddress())
                .setAttribute("server.port", (long) tracing.userPort())
                .startSpan();
        client = span;
        if (span.isRecording()) {
            if (!method.equals(request.method().name())) {
                span.setAttribute(
                        "http.request.method_original", request.method().name());
            }
            span.setAttribute("url.full", "http://" + tracing.userAddress() + ":" + tracing.userPort() + request.uri());
        }
        inject(innermost.with(span), request.headers());
    }

    @Override
    public void answered(int status, String error) {
        Span span = client;
        if (span == null) {
            return;
        }
        if (!error.isEmpty()) {
            span.setAttribute("error.type", error);
            span.setStatus(StatusCode.ERROR);
            return;
        }
        span.setAttribute("http.response.status_code", (long) status);
        if (status >= 400) {
            span.setAttribute("error.type", Integer.toString(status));
            span.setStatus(StatusCode.ERROR);
        }
    }

    @Override
    public void received() {
        client = end(client);
    }

    @Override
    public void ended(int status, long requestBytes, long responseBytes) {
        client = end(client);
        waiting = end(waiting);
        proxy = end(proxy);
        Span span = server;
        if (span == null) {
            return;
        }
        if (requestBytes > 0) {
            span.setAttribute("http.request.body.size", requestBytes);
        }
        if (responseBytes > 0) {
            span.setAttribute("http.response.body.size", responseBytes);
        }
        span.setAttribute("http.response.status_code", (long) status);
        if (status >= 500) {
            span.setStatus(StatusCode.ERROR);
        }
        server = end(span);
        serverContext = Context.root();
        innermost = serverContext;
    }

    private static @Nullable Span end(@Nullable Span span) {
        if (span != null) {
            span.end();
        }
        return null;
    }
}
