package dev.baton.proxy;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** Reads the responses of a connection that has one request under way at a time. Event loop only. */
final class ResponseDecoder extends HttpResponseDecoder {
    private boolean head;
    private boolean connect;

    ResponseDecoder(HttpDecoderConfig config) {
        super(config);
    }

    /** The next response answers a request of this method. */
    void expect(HttpMethod method) {
        head = HttpMethod.HEAD.equals(method);
        connect = HttpMethod.CONNECT.equals(method);
    }

    /** Whether something has been received that is no whole message yet: with no request under way, nothing good. */
    boolean undecided() {
        return actualReadableBytes() > 0;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        int code = ((HttpResponse) message).status().code();
        return code == 101
                || (head && code >= 200)
                || (connect && code >= 200 && code < 300)
                || super.isContentAlwaysEmpty(message);
    }
}
