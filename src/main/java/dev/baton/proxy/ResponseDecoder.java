package dev.baton.proxy;

import dev.baton.http.KnownBody;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;

/** Reads the responses of a connection that has one request under way at a time. Event loop only. */
final class ResponseDecoder extends HttpResponseDecoder {
    private final KnownBody body = new KnownBody(anyway -> {});
    private boolean head;

    ResponseDecoder(HttpDecoderConfig config) {
        super(config);
    }

    /** The next response answers a request of this method. */
    void expect(HttpMethod method) {
        head = HttpMethod.HEAD.equals(method);
    }

    /** The body of the response under way. */
    KnownBody body() {
        return body;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        body.in(ctx);
        super.handlerAdded(ctx);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (body.open()) {
            body.decode(in, out);
            return;
        }
        super.decode(ctx, in, out);
        if (body.begins(out)) {
            reset();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        body.returnToSocket();
        super.channelInactive(ctx);
    }

    /** Whether something has been received that is no whole message yet: with no request under way, nothing good. */
    boolean undecided() {
        return actualReadableBytes() > 0;
    }

    /** Judges the first line as Go's client does, and in its order: the text reaches the caller of a program that is no server. */
    @Override
    protected HttpMessage createMessage(String[] line) {
        String code = line[1];
        if (code.isEmpty()) {
            throw new MalformedResponse("malformed HTTP response \"" + line[0] + '"');
        }
        if (code.length() != 3 || !digit(code, 0) || !digit(code, 1) || !digit(code, 2)) {
            throw new MalformedResponse("malformed HTTP status code \"" + code + '"');
        }
        String version = line[0];
        boolean known = version.length() == 8
                && version.startsWith("HTTP/")
                && digit(version, 5)
                && version.charAt(6) == '.'
                && digit(version, 7);
        if (!known) {
            throw new MalformedResponse("malformed HTTP version \"" + version + '"');
        }
        return super.createMessage(line);
    }

    private static boolean digit(String text, int index) {
        return text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        int code = ((HttpResponse) message).status().code();
        return code == 101 || (head && code >= 200) || super.isContentAlwaysEmpty(message);
    }
}
