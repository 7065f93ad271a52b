package dev.baton.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of one HTTP/1 message as frames of a stream. A head waits for what follows it in the same turn; its owner keeps it
 * meanwhile, and gives it here with the next part: if that is the end, one HEADERS frame says both. Event loop only.
 */
public final class Http2Frames {
    private Http2Frames() {}

    /** Writes the head that has waited, if there is one, because more than the end will follow. */
    public static void head(ChannelHandlerContext ctx, @Nullable Http2Headers waiting) {
        if (waiting != null) {
            ctx.write(new DefaultHttp2HeadersFrame(waiting, false));
        }
    }

    /** Writes a part of the body, behind the head if that has waited. */
    public static void content(
            ChannelHandlerContext ctx, @Nullable Http2Headers waiting, HttpContent content, ChannelPromise promise) {
        head(ctx, waiting);
        ctx.write(new DefaultHttp2DataFrame(content.content()), promise);
    }

    /** Writes the end of the message, with the head if that has waited. */
    public static void last(
            ChannelHandlerContext ctx, @Nullable Http2Headers waiting, LastHttpContent last, ChannelPromise promise) {
        boolean trailers = !last.trailingHeaders().isEmpty();
        boolean octets = last.content().isReadable();
        if (!trailers && !octets && waiting != null) {
            last.release();
            ctx.write(new DefaultHttp2HeadersFrame(waiting, true), promise);
            return;
        }
        head(ctx, waiting);
        if (!trailers) {
            ctx.write(new DefaultHttp2DataFrame(last.content(), true), promise);
            return;
        }
        Http2Headers fields = Http2Fields.write(last.trailingHeaders());
        if (octets) {
            ctx.write(new DefaultHttp2DataFrame(last.content()));
        } else {
            last.release();
        }
        ctx.write(new DefaultHttp2HeadersFrame(fields, true), promise);
    }
}
