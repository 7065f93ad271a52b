package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.http.ReadGate;
import dev.baton.http.SocketWanted;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.reference.Reference;
import dev.baton.wire.OnLoop;
import dev.baton.wire.Splice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Pulls the body that a control message stands for and passes both on as one ordinary request. Event loop of the front channel only. */
final class Delivery implements CoreSubscriber<ByteBuf> {
    private final ChannelHandlerContext ctx;
    private final EventLoop loop;
    private final HttpRequest request;
    private final DeliveryTools tools;
    private final BiConsumer<ChannelHandlerContext, RefusedException> refused;
    private final BiConsumer<ChannelHandlerContext, RefusedException> broken;

    private @Nullable Runnable giveUp;
    private Pull.@Nullable Bytes bytes;
    private @Nullable Subscription source;
    private boolean asked;
    /** The body is on its way around this process: its end comes by itself. */
    private boolean splicing;

    private boolean burst;
    private boolean over;

    /**
     * @param refused told when nothing was passed on
     * @param broken told when the body broke off after the head was passed on
     */
    Delivery(
            ChannelHandlerContext ctx,
            HttpRequest request,
            DeliveryTools tools,
            BiConsumer<ChannelHandlerContext, RefusedException> refused,
            BiConsumer<ChannelHandlerContext, RefusedException> broken) {
        this.ctx = ctx;
        this.loop = ctx.channel().eventLoop();
        this.request = request;
        this.tools = tools;
        this.refused = refused;
        this.broken = broken;
    }

    void start() {
        Reference reference;
        try {
            reference = reference();
        } catch (RefusedException unusable) {
            refuse(unusable);
            return;
        }
        Runnable undo = tools.pulls().pull(reference, loop, this::pulled);
        if (!over) {
            giveUp = undo;
        }
    }

    private Reference reference() {
        List<String> texts = request.headers().getAll(BatonHeaders.REFERENCE);
        if (texts.size() != 1 || RequestBody.size(request.headers()) != 0) {
            throw new RefusedException(ErrorCode.BAD_REQUEST, "a control message has one reference and no body");
        }
        return tools.references().open(texts.get(0));
    }

    private void pulled(Pull pull) {
        if (over) {
            if (pull instanceof Pull.Bytes late) {
                late.ending().abandon();
            }
            return;
        }
        switch (pull) {
            case Pull.Bytes found -> {
                bytes = found;
                passHead(found.size());
                if (!over) {
                    if (found.splice() != null) {
                        found.splice().hold();
                    }
                    found.detached().subscribe(this);
                }
            }
            case Pull.Unreachable unreachable -> refuse(unpulled());
            case Pull.TimedOut timedOut -> refuse(unpulled());
            default -> refuse(Refusals.of(pull));
        }
    }

    /** The caller's sidecar may send the body inline: the function has seen nothing. */
    private static RefusedException unpulled() {
        return new RefusedException(ErrorCode.PULL_FAILED, "this sidecar gets no answer from the producer's");
    }

    private void passHead(long size) {
        HttpRequest ordinary =
                new DefaultHttpRequest(request.protocolVersion(), request.method(), request.uri(), request.headers());
        BatonHeaders.removeOwn(ordinary.headers());
        ordinary.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        if (size >= 0) {
            ordinary.headers().set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(size));
        } else {
            ordinary.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        ctx.fireChannelRead(ordinary);
    }

    /** The way to the function may have room. */
    void wanted() {
        if (source != null
                && !over
                && !splicing
                && !asked
                && !ReadGate.of(ctx.channel()).held(ReadGate.Reason.UPSTREAM)) {
            asked = true;
            source.request(1);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        OnLoop.run(loop, () -> {
            if (over) {
                subscription.cancel();
            } else {
                source = subscription;
                Splice splice = bytes == null ? null : bytes.splice();
                if (splice == null) {
                    wanted();
                } else {
                    // What came together with the head is there when this burst of reads is over.
                    splicing = true;
                    loop.execute(() -> begin(splice));
                }
            }
        });
    }

    private void begin(Splice splice) {
        Subscription from = source;
        while (!over && from != null && splice.buffered()) {
            from.request(1);
        }
        if (over) {
            return;
        }
        if (splice.worthwhile()) {
            SocketWanted wish = new SocketWanted(to -> write(splice, to));
            ctx.fireUserEventTriggered(wish);
            if (wish.taken()) {
                return;
            }
        }
        splice.release();
        copy();
    }

    /** Everything so far has been written; when it has left, the rest goes from socket to socket. */
    private void write(Splice splice, Channel to) {
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            if (!over && !(done.isSuccess() && splice.moveTo(to))) {
                copy();
            }
        });
    }

    private void copy() {
        splicing = false;
        wanted();
    }

    @Override
    public void onNext(ByteBuf buffer) {
        OnLoop.run(loop, () -> {
            asked = false;
            if (over) {
                buffer.release();
                return;
            }
            ctx.fireChannelRead(new DefaultHttpContent(buffer));
            if (!burst) {
                burst = true;
                loop.execute(this::endBurst);
            }
            wanted();
        });
    }

    /** As after a read from a socket: whoever has written on may flush now. */
    private void endBurst() {
        burst = false;
        if (!over) {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void onComplete() {
        OnLoop.run(loop, () -> {
            Pull.Bytes whole = bytes;
            if (!over && whole != null) {
                over = true;
                whole.ending().acknowledge();
                ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
                ctx.fireChannelReadComplete();
            }
        });
    }

    @Override
    public void onError(Throwable cause) {
        OnLoop.run(loop, () -> {
            if (!over) {
                cancel();
                broken.accept(
                        ctx,
                        new RefusedException(
                                ErrorCode.PRODUCER_UNREACHABLE, "the object broke off in the middle", Reached.MAYBE));
            }
        });
    }

    private void refuse(RefusedException why) {
        over = true;
        refused.accept(ctx, why);
    }

    /** Nobody wants the rest. Idempotent. */
    void cancel() {
        if (over) {
            return;
        }
        over = true;
        if (giveUp != null) {
            giveUp.run();
        }
        if (source != null) {
            source.cancel();
        }
        if (bytes != null) {
            bytes.ending().abandon();
        }
    }
}
