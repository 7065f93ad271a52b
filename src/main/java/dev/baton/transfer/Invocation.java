package dev.baton.transfer;

import dev.baton.http.Reached;
import dev.baton.pull.DataPath;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.Pull;
import dev.baton.reference.Reference;
import dev.baton.transfer.TransferStats.Fallback;
import dev.baton.transfer.TransferStats.Operation;
import dev.baton.transfer.TransferStats.Outcome;
import dev.baton.wire.BodyPipe;
import dev.baton.wire.HeldBody;
import dev.baton.wire.Splice;
import dev.baton.wire.WireConnection;
import dev.baton.wire.WireExchange;
import dev.baton.wire.WireFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.MonoSink;

/**
 * One call of another function, from the caller's request to the function's response.
 *
 * <p>A small body, or one for a host that takes no references, travels inside the request. Otherwise it is put on offer and a
 * {@link ControlMessage} travels in its place. If that is refused by something that certainly has not run the function, the same body
 * follows inline, once; nothing that may have reached a function is ever sent again. Event loop of the caller's connection only.
 */
final class Invocation {
    private static final int REFUSAL_BYTES_MAX = 256;

    private final InvokeCall call;
    private final EventLoop loop;
    private final InvokeTools tools;
    private final MonoSink<Answer> sink;
    private final long startNanos = System.nanoTime();

    private HeldBody body;
    private @Nullable Offering offering;
    private @Nullable WireConnection connection;
    private @Nullable WireExchange exchange;
    private @Nullable Runnable undoPull;
    private DataPath path = DataPath.INLINE;
    private boolean over;

    Invocation(InvokeCall call, HeldBody body, EventLoop loop, InvokeTools tools, MonoSink<Answer> sink) {
        this.call = call;
        this.body = body;
        this.loop = loop;
        this.tools = tools;
        this.sink = sink;
    }

    void start() {
        sink.onCancel(this::left);
        long size = call.size();
        if (!call.offered() || (size >= 0 && size <= tools.inlineBytes())) {
            inline(size);
        } else if (size >= 0) {
            large();
        } else {
            body.fits(tools.inlineBytes())
                    .subscribe(
                            this::measured,
                            broken -> refuse(new RefusedException(ErrorCode.BAD_REQUEST, "the body broke off")));
        }
    }

    private void measured(boolean small) {
        if (over) {
            return;
        }
        if (small) {
            inline(body.parkedBytes());
        } else {
            large();
        }
    }

    /** The body is worth a reference, if the host takes one. */
    private void large() {
        String host = call.target().key();
        Hosts.Verdict known = tools.hosts().recall(host);
        if (known != null) {
            judged(known);
            return;
        }
        CompletableFuture<Hosts.Verdict> asked =
                tools.hosts().ask(host, told -> new HostQuestion(call.target(), loop, tools, told).send());
        asked.whenComplete((verdict, failed) -> loop.execute(() -> {
            if (!over) {
                judged(failed != null ? Hosts.Verdict.REFUSES : verdict);
            }
        }));
    }

    private void judged(Hosts.Verdict verdict) {
        if (verdict == Hosts.Verdict.TAKES) {
            Offering offer = new Offering(call, body, loop, tools);
            offering = offer;
            offer.open(this::offered, this::refuse);
        } else {
            inline(call.size());
        }
    }

    private void offered(String reference, long size) {
        path = DataPath.COPY;
        send(ControlMessage.of(call, reference, size), null, this::controlAnswered);
    }

    private void inline(long size) {
        path = DataPath.INLINE;
        boolean takesReferences =
                call.offered() && tools.hosts().recall(call.target().key()) != Hosts.Verdict.MIXED;
        HttpRequest request = call.inline(size, takesReferences);
        send(request, size == 0 ? null : body, this::deliver);
    }

    /** What to do with a response. */
    private interface Next {
        void responded(HttpResponse head, BodyPipe response);
    }

    private void send(HttpRequest request, @Nullable Flux<ByteBuf> with, Next next) {
        WireExchange sending = new WireExchange(request, with, false, new WireExchange.Answer() {
            @Override
            public boolean wanted() {
                return !over;
            }

            @Override
            public void started(WireConnection on) {
                connection = on;
            }

            @Override
            public void responded(HttpResponse head, BodyPipe response) {
                if (over) {
                    response.cancel();
                    return;
                }
                if (call.offered() && BatonHeaders.acceptsReferences(head.headers())) {
                    tools.hosts().learn(call.target().key(), Hosts.Verdict.TAKES);
                }
                next.responded(head, response);
            }

            @Override
            public void failed(WireFailure failure) {
                refuse(Refusals.of(failure));
            }
        });
        exchange = sending;
        tools.ingress().send(loop, call.target(), sending);
    }

    private void controlAnswered(HttpResponse head, BodyPipe response) {
        int code = head.status().code();
        long length = HttpUtil.getContentLength(head, -1L);
        Offering offer = offering;
        boolean untouched = offer != null && !offer.everClaimed();
        if (untouched && code == 400 && length > 0 && length <= REFUSAL_BYTES_MAX) {
            Gathering.of(response, ByteBufAllocator.DEFAULT, (int) length)
                    .subscribe(text -> badRequest(head, text), broken -> refuse(Refusals.brokenOff()));
        } else if (code == 421 && ControlMessage.refusedUnpulled(head.headers()) && withdrawn()) {
            response.subscribe(ByteBuf::release, broken -> {});
            fallBack(Fallback.PULL_FAILED, Hosts.Verdict.MIXED);
        } else if (untouched && code / 100 == 2) {
            response.cancel();
            refuse(new RefusedException(
                    ErrorCode.NOT_DELIVERED, "the answer came without the object having been fetched", Reached.MAYBE));
        } else {
            deliver(head, response);
        }
    }

    private void badRequest(HttpResponse head, ByteBuf text) {
        if (over) {
            text.release();
        } else if (ControlMessage.refusedByStock(text.toString(StandardCharsets.US_ASCII)) && withdrawn()) {
            text.release();
            fallBack(Fallback.STOCK, Hosts.Verdict.MIXED);
        } else {
            byte[] bytes = ByteBufUtil.getBytes(text);
            text.release();
            Flux<ByteBuf> whole = Flux.defer(() -> Flux.just(Unpooled.wrappedBuffer(bytes)));
            answer(head, bytes.length, whole, null, () -> EmptyHttpHeaders.INSTANCE, () -> {});
        }
    }

    private boolean withdrawn() {
        Offering offer = offering;
        return offer != null && offer.withdraw();
    }

    private void fallBack(Fallback reason, Hosts.Verdict verdict) {
        tools.stats().fallback(reason);
        tools.hosts().learn(call.target().key(), verdict);
        if (offering != null) {
            body = offering.body();
        }
        inline(call.size());
    }

    private void deliver(HttpResponse head, BodyPipe response) {
        String reference = call.offered() ? head.headers().get(BatonHeaders.REFERENCE) : null;
        if (reference != null) {
            fetch(head, response, reference);
        } else {
            answer(head, HttpUtil.getContentLength(head, -1L), response, null, response::trailers, response::cancel);
        }
    }

    /** The response's body is elsewhere: this sidecar gets it, and the function never learns of it. */
    private void fetch(HttpResponse head, BodyPipe response, String text) {
        Reference reference;
        try {
            reference = tools.references().open(text);
        } catch (RefusedException unusable) {
            response.cancel();
            refuse(new RefusedException(unusable.code(), "the response's reference cannot be used", Reached.MAYBE));
            return;
        }
        undoPull = tools.pulls().pull(reference, loop, pull -> {
            if (pull instanceof Pull.Bytes bytes) {
                if (over) {
                    bytes.ending().abandon();
                    return;
                }
                Flux<ByteBuf> whole = bytes.detached().concatWith(Flux.defer(() -> {
                    bytes.ending().acknowledge();
                    return response;
                }));
                answer(head, bytes.size(), whole, bytes.splice(), response::trailers, () -> {
                    bytes.ending().abandon();
                    response.cancel();
                });
            } else {
                response.cancel();
                refuse(unfetched(pull));
            }
        });
    }

    private RefusedException unfetched(Pull pull) {
        return switch (pull) {
            case Pull.Unreachable unreachable -> {
                // This sidecar cannot pull from there: with references unasked, the next response comes inline.
                tools.hosts().learn(call.target().key(), Hosts.Verdict.MIXED);
                yield Refusals.of(pull, Reached.MAYBE);
            }
            case Pull.TimedOut timedOut -> Refusals.of(pull, Reached.MAYBE);
            // It was there when its head was sent: the function, or its pod, has ended since.
            default -> Refusals.brokenOff();
        };
    }

    /** @param abandon lets go of what is behind the body; harmless once that has ended */
    private void answer(
            HttpResponse head,
            long size,
            Flux<ByteBuf> with,
            @Nullable Splice splice,
            Supplier<HttpHeaders> trailers,
            Runnable abandon) {
        HttpHeaders fields = head.headers().copy();
        BatonHeaders.removeHopByHop(fields);
        BatonHeaders.removeOwnButErrors(fields);
        fields.remove(HttpHeaderNames.CONTENT_LENGTH);
        long bodySize = call.method().equals(HttpMethod.HEAD) && !call.headOnly() ? 0 : size;
        sink.success(new Answer(
                head.status(), fields, bodySize, with, splice, trailers, Refusals.brokenOff(), new Answer.End() {
                    @Override
                    public void whole(long bytes) {
                        finish(Outcome.DONE);
                    }

                    @Override
                    public void broken(long bytes) {
                        abandon.run();
                        finish(Outcome.BROKEN);
                    }
                }));
    }

    private void refuse(RefusedException refused) {
        if (!over) {
            finish(Outcome.REFUSED);
            sink.error(refused);
        }
    }

    /** The caller has gone, or its body has broken off. */
    private void left() {
        if (!over) {
            finish(Outcome.BROKEN);
            if (connection != null && exchange != null) {
                connection.abort(exchange);
            }
            if (undoPull != null) {
                undoPull.run();
            }
        }
    }

    private void finish(Outcome outcome) {
        if (!over) {
            over = true;
            tools.stats().count(Operation.INVOKE, path, outcome, body.handedOnBytes(), startNanos);
            if (offering != null) {
                offering.close();
            }
            body.close();
        }
    }
}
