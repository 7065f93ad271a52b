package dev.baton.proxy;

import static dev.baton.proxy.KnativeHeaders.FORWARDED;
import static dev.baton.proxy.KnativeHeaders.X_FORWARDED_FOR;
import static dev.baton.proxy.KnativeHeaders.X_FORWARDED_HOST;
import static dev.baton.proxy.KnativeHeaders.X_FORWARDED_PROTO;

import dev.baton.http.RequestTarget;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Brings a request into the form that all below expect: origin-form target, and a {@code Forwarded} field (RFC 7239) made of
 * the {@code X-Forwarded-*} ones where the client gave none. Sharable.
 */
@ChannelHandler.Sharable
final class RequestShim extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            RequestTarget.toOriginForm(request);
            addForwarded(request.headers());
        }
        ctx.fireChannelRead(message);
    }

    private static void addForwarded(HttpHeaders headers) {
        String nodes = headers.get(X_FORWARDED_FOR);
        String host = headers.get(X_FORWARDED_HOST);
        String proto = headers.get(X_FORWARDED_PROTO);
        if (nodes == null && host == null && proto == null) {
            return;
        }
        String given = headers.get(FORWARDED);
        if (given != null && !given.isBlank()) {
            return;
        }
        String forwarded = forwarded(stripped(nodes), stripped(host), stripped(proto));
        if (!forwarded.isEmpty()) {
            headers.set(FORWARDED, forwarded);
        }
    }

    private static String stripped(@Nullable String value) {
        return value == null ? "" : value.strip();
    }

    /** The first node carries host and proto; a node with a colon is an IPv6 address and must be bracketed and quoted. */
    static String forwarded(String nodes, String host, String proto) {
        StringBuilder text = new StringBuilder();
        int comma = nodes.indexOf(',');
        String first = (comma < 0 ? nodes : nodes.substring(0, comma)).strip();
        if (!nodes.isEmpty()) {
            appendNode(text, first);
        }
        append(text, "host=", host);
        append(text, "proto=", proto);
        // An empty node counts where it stands, but for one behind the last comma.
        while (comma >= 0 && comma + 1 < nodes.length()) {
            int from = comma + 1;
            comma = nodes.indexOf(',', from);
            text.append(", ");
            appendNode(
                    text,
                    nodes.substring(from, comma < 0 ? nodes.length() : comma).strip());
        }
        return text.toString();
    }

    private static void appendNode(StringBuilder text, String node) {
        text.append("for=");
        if (node.indexOf(':') >= 0) {
            text.append("\"[").append(node).append("]\"");
        } else {
            text.append(node);
        }
    }

    private static void append(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            if (!text.isEmpty()) {
                text.append(';');
            }
            text.append(name).append(value);
        }
    }
}
