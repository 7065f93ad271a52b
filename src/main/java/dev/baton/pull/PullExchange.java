package dev.baton.pull;

import dev.baton.http.Answers;
import dev.baton.wire.ChannelPump;
import dev.baton.wire.IdleWatch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the pull port. At most one pull is open on it: claimed, then sent, then acknowledged by the next request. Whatever ends
 * it otherwise (the connection closes, the consumer idles, another request comes) gives the claim back. Event loop only.
 */
final class PullExchange extends ChannelInboundHandlerAdapter implements ChannelPump.End {
    private final Claims claims;
    private final long epoch;
    private final PullLimits limits;
    private final PullStats stats;
    private final AtomicInteger pulls;

    private @Nullable ChannelHandlerContext context;
    private @Nullable IdleWatch watch;
    private @Nullable UUID open;
    private @Nullable Outgoing outgoing;
    private @Nullable ChannelPump pump;
    private long announcedBytes;
    /** Acknowledged already, though the object's last byte has not been declared its last yet. */
    private boolean acknowledged;

    /** What came behind such an acknowledgement. */
    private @Nullable HttpRequest next;

    private long quietSinceNanos = System.nanoTime();

    /** @param pulls counts the pulls at work on all connections */
    PullExchange(Claims claims, long epoch, PullLimits limits, PullStats stats, AtomicInteger pulls) {
        this.claims = claims;
        this.epoch = epoch;
        this.limits = limits;
        this.stats = stats;
        this.pulls = pulls;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        watch = new IdleWatch(ctx.channel().eventLoop(), limits.idle(), this::owedNanos, ctx::close);
    }

    /** How long the consumer has owed a read, an acknowledgement or a request. */
    private long owedNanos() {
        if (pump != null) {
            return pump.stalledNanos();
        }
        return open != null && outgoing == null ? 0 : System.nanoTime() - quietSinceNanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!(message instanceof HttpObject object)
                    || object.decoderResult().isFailure()) {
                ctx.close();
            } else if (message instanceof HttpRequest request) {
                request(ctx, request);
            }
            // Bodies of requests mean nothing here.
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void request(ChannelHandlerContext ctx, HttpRequest request) {
        quietSinceNanos = System.nanoTime();
        if (acknowledged) {
            if (next != null) {
                ctx.close();
            }
            next = request;
            return;
        }
        UUID acked = request.method().equals(HttpMethod.POST) ? PullProtocol.ackedIdOf(request.uri()) : null;
        if (acked != null) {
            acknowledged(ctx, acked);
            return;
        }
        if (open != null && (outgoing == null || pump != null)) {
            // A second pull while the first is still under way: no sidecar does that.
            ctx.close();
            return;
        }
        giveBack();
        UUID id = request.method().equals(HttpMethod.GET) ? PullProtocol.idOf(request.uri()) : null;
        UUID capability = PullProtocol.uuid(request.headers().get(PullProtocol.CAPABILITY));
        if (id == null || capability == null) {
            refuse(ctx, ErrorCode.NOT_FOUND);
        } else if (!PullProtocol.isEpoch(request.headers().get(PullProtocol.EPOCH), epoch)) {
            refuse(ctx, ErrorCode.GONE);
        } else {
            open = id;
            claims.claim(id, capability, ctx.channel().eventLoop(), claim -> claimed(ctx, claim));
        }
    }

    private void claimed(ChannelHandlerContext ctx, Claim claim) {
        if (!ctx.channel().isActive()) {
            open = null;
            if (claim instanceof Claim.Granted granted) {
                granted.outgoing().giveBack();
            }
            return;
        }
        switch (claim) {
            case Claim.Granted granted -> send(ctx, granted.outgoing());
            case Claim.Busy busy -> refuse(ctx, ErrorCode.BUSY);
            case Claim.Gone gone -> refuse(ctx, ErrorCode.GONE);
            case Claim.Unknown unknown -> refuse(ctx, ErrorCode.NOT_FOUND);
        }
    }

    private void send(ChannelHandlerContext ctx, Outgoing claimed) {
        outgoing = claimed;
        pulls.incrementAndGet();
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, claimed.contentType());
        if (claimed.digest() != null) {
            head.headers().set(PullProtocol.REPR_DIGEST, claimed.digest());
        }
        announcedBytes = claimed.size();
        if (announcedBytes >= 0) {
            HttpUtil.setContentLength(head, announcedBytes);
        } else {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        Channel channel = ctx.channel();
        ctx.write(head, ctx.voidPromise());
        // With the first bytes if they are there already, and not much later if they are not.
        channel.eventLoop().execute(ctx::flush);
        ChannelPump sending = new ChannelPump(channel, limits.windowBytes(), this);
        pump = sending;
        claimed.body().subscribe(sending);
    }

    @Override
    public void sent(long bytes) {
        stats.pulledOut(bytes);
        pump = null;
        quietSinceNanos = System.nanoTime();
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, ctx.voidPromise());
            if (acknowledged) {
                commit(ctx);
            }
        }
    }

    @Override
    public void sourceFailed(Throwable cause, long bytes) {
        broken(bytes);
    }

    @Override
    public void channelFailed(Throwable cause, long bytes) {
        broken(bytes);
    }

    /** Without the body's end, so that the consumer cannot take what it has for the whole. */
    private void broken(long bytes) {
        stats.pulledOut(bytes);
        pump = null;
        if (context != null) {
            context.close();
        }
        giveBack();
    }

    private void acknowledged(ChannelHandlerContext ctx, UUID id) {
        ChannelPump sending = pump;
        if (outgoing == null || !id.equals(open) || (sending != null && sending.sentBytes() != announcedBytes)) {
            // Before the last byte, or of something else: the consumer is confused, and what it has cannot be trusted.
            ctx.close();
        } else if (sending != null) {
            // It counts the bytes; whoever makes them says that they are all a moment after the last one.
            acknowledged = true;
        } else {
            commit(ctx);
        }
    }

    private void commit(ChannelHandlerContext ctx) {
        Outgoing sent = outgoing;
        HttpRequest waiting = next;
        acknowledged = false;
        next = null;
        open = null;
        outgoing = null;
        if (sent != null) {
            pulls.decrementAndGet();
            sent.commit();
        }
        ctx.writeAndFlush(Answers.empty(HttpResponseStatus.NO_CONTENT), ctx.voidPromise());
        if (waiting != null) {
            request(ctx, waiting);
        }
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code) {
        open = null;
        FullHttpResponse answer = Answers.problem(code.problem("the pull port does not give it"));
        if (code.passing()) {
            answer.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        ctx.writeAndFlush(answer, ctx.voidPromise());
    }

    private void giveBack() {
        Outgoing claimed = outgoing;
        open = null;
        outgoing = null;
        if (claimed != null) {
            pulls.decrementAndGet();
            claimed.giveBack();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (watch != null) {
            watch.stop();
        }
        if (pump == null && outgoing != null) {
            giveBack();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
