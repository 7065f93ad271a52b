package dev.baton.proxy;

import dev.baton.http.Answers;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;

/**
 * Decides who is told in {@code Baton-Error} what went wrong: another sidecar always, because it acts on it; anyone else only
 * when {@code BATON_EXPLAIN_ERRORS} is on. Then each 5xx says whether the function or the sidecar has made it, which limit was
 * met, and after how long, and the log says it too. One per connection or stream; event loop only.
 */
final class ErrorCauses extends ChannelDuplexHandler {
    /** Sent by sidecars only: the main port takes it away before the user's program sees the request. */
    private static final AsciiString FROM_A_SIDECAR = AsciiString.cached("baton-accept");

    private static final int FIRST_ERROR = 400;
    private static final int FIRST_SERVER_ERROR = 500;

    private final boolean explain;
    private final ProxyLog log;
    private boolean wanted;
    private long begunAt;

    ErrorCauses(boolean explain, ProxyLog log) {
        this.explain = explain;
        this.log = log;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            if (explain) {
                begunAt = System.nanoTime();
            } else {
                wanted = request.headers().contains(FROM_A_SIDECAR);
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() >= FIRST_ERROR) {
            if (explain) {
                explain(response);
            } else if (!wanted) {
                response.headers().remove(Answers.BATON_ERROR);
            }
        }
        ctx.write(message, promise);
    }

    private void explain(HttpResponse response) {
        int status = response.status().code();
        if (status < FIRST_SERVER_ERROR) {
            return;
        }
        HttpHeaders headers = response.headers();
        long millis = (System.nanoTime() - begunAt) / 1_000_000;
        String cause = headers.get(Answers.BATON_ERROR);
        String after = "; after=" + millis + "ms";
        // What a sidecar reads stands first and last.
        int reached = cause == null ? -1 : cause.lastIndexOf("; reached=");
        String said = cause == null
                ? "function" + after
                : reached < 0 ? cause + after : cause.substring(0, reached) + after + cause.substring(reached);
        headers.set(Answers.BATON_ERROR, said);
        log.warn("Answered " + status + ": " + said);
    }
}
