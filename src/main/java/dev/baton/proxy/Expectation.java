package dev.baton.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A request whose client waits for leave to send the body (RFC 9110, section 10.1.1): given by the program, by this sidecar when the
 * program keeps silent for too long, or needless when the body or an answer comes first. Event loop only.
 */
final class Expectation implements Runnable {
    /** How long the program may take, before the client is told to go on. */
    private static final int PATIENCE_MILLIS = 1_000;

    private final ChannelHandlerContext ctx;
    private final Future<?> timer;
    private boolean open = true;

    Expectation(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        timer = ctx.executor().schedule(this, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whether the client still waits. */
    boolean open() {
        return open;
    }

    /** Tells the client to go on, if it still waits. */
    @Override
    public void run() {
        if (open) {
            end();
            ctx.write(Interim.of(HttpResponseStatus.CONTINUE), ctx.voidPromise());
            ctx.flush();
        }
    }

    /** The client needs no leave any more. Idempotent. */
    void end() {
        open = false;
        timer.cancel(false);
    }
}
