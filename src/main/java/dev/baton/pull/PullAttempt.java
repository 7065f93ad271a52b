package dev.baton.pull;

import dev.baton.reference.Reference;
import dev.baton.wire.BodyPipe;
import dev.baton.wire.BrokenBodyException;
import dev.baton.wire.IdleWatch;
import dev.baton.wire.OnLoop;
import dev.baton.wire.Relays;
import dev.baton.wire.Splice;
import dev.baton.wire.WireClient;
import dev.baton.wire.WireConnection;
import dev.baton.wire.WireExchange;
import dev.baton.wire.WireFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * One pull from another sidecar: {@code GET /v1/pull/<id>}, the bytes, and on the same connection the acknowledgement. A kept connection
 * that turns out to be dead is replaced once, while no byte has come. Event loop only, but for the ending.
 */
final class PullAttempt implements WireExchange.Answer, Pull.Ending {
    /** What the attempt has shown about the peer. */
    private enum Lesson {
        ALIVE,
        SILENT,
        NONE
    }

    private final Reference reference;
    private final InetSocketAddress address;
    private final @Nullable Peer peer;
    private final EventLoop loop;
    private final WireClient wire;
    private final PullLimits limits;
    private final PullStats stats;
    private final Relays relays;
    private final long startNanos = System.nanoTime();

    private @Nullable Consumer<Pull> answer;
    private @Nullable WireConnection connection;
    private @Nullable WireExchange exchange;
    private IdleWatch watch;
    private long receivedBytes;
    private boolean over;

    PullAttempt(
            Reference reference,
            InetSocketAddress address,
            @Nullable Peer peer,
            EventLoop loop,
            WireClient wire,
            PullLimits limits,
            PullStats stats,
            Relays relays,
            Consumer<Pull> answer) {
        this.reference = reference;
        this.address = address;
        this.peer = peer;
        this.loop = loop;
        this.wire = wire;
        this.limits = limits;
        this.stats = stats;
        this.relays = relays;
        this.answer = answer;
        watch = new IdleWatch(loop, limits.idle(), () -> System.nanoTime() - startNanos, this::silent);
    }

    void start() {
        WireConnection kept = wire.idle(loop, address);
        if (kept != null) {
            kept.start(request());
        } else {
            wire.connect(loop, address, request());
        }
    }

    private WireExchange request() {
        HttpRequest head =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, PullProtocol.path(reference.object()));
        head.headers()
                .set(HttpHeaderNames.HOST, PullProtocol.HOST)
                .set(PullProtocol.CAPABILITY, PullProtocol.hex(reference.capability()))
                .set(PullProtocol.EPOCH, PullProtocol.hex(reference.epoch()));
        WireExchange request = new WireExchange(head, null, true, this);
        exchange = request;
        return request;
    }

    /** Nobody waits for the answer any more. No effect once it has been given. */
    void giveUp() {
        if (answer != null) {
            answer = null;
            end(Lesson.NONE);
            drop();
        }
    }

    @Override
    public boolean wanted() {
        return answer != null;
    }

    @Override
    public void failed(WireFailure failure) {
        if (answer == null) {
            return;
        }
        switch (failure.kind()) {
            case STALE -> wire.connect(loop, address, request());
            // The producer has ended: its address is free, or someone else's by now.
            case REFUSED, NO_ROUTE, CLOSED -> settle(Pull.Gone.INSTANCE, Lesson.ALIVE);
            case CONNECT_TIMEOUT, MALFORMED -> settle(Pull.Unreachable.INSTANCE, Lesson.SILENT);
            case UNKNOWN_HOST, FORBIDDEN, LOCAL -> settle(Pull.Unreachable.INSTANCE, Lesson.NONE);
        }
    }

    private void silent() {
        drop();
        settle(Pull.TimedOut.INSTANCE, Lesson.SILENT);
    }

    @Override
    public void started(WireConnection on) {
        connection = on;
    }

    @Override
    public void responded(HttpResponse head, BodyPipe body) {
        Consumer<Pull> to = answer;
        if (to == null) {
            drop();
        } else if (head.status().code() != 200) {
            refused(head.status(), body);
        } else {
            granted(head.headers(), HttpUtil.getContentLength(head, -1L), body, to);
        }
    }

    private void granted(HttpHeaders fields, long announcedBytes, BodyPipe body, Consumer<Pull> to) {
        long sealedBytes = reference.size();
        if (sealedBytes >= 0 && announcedBytes >= 0 && sealedBytes != announcedBytes) {
            drop();
            settle(Pull.Unreachable.INSTANCE, Lesson.SILENT);
            return;
        }
        long size = Math.max(sealedBytes, announcedBytes);
        watch.stop();
        watch = new IdleWatch(loop, limits.idle(), body::starvedNanos, () -> {
            body.fail(new BrokenBodyException("the producer kept silent for too long"));
            drop();
        });
        if (peer != null) {
            peer.answered(startNanos);
        }
        answer = null;
        to.accept(new Pull.Bytes(
                size,
                fields.get(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS),
                fields.get(PullProtocol.REPR_DIGEST),
                DataPath.COPY,
                exactly(size, body),
                splice(size, body),
                this));
    }

    private @Nullable Splice splice(long size, BodyPipe body) {
        return connection == null || size < Splice.WORTHWHILE_BYTES
                ? null
                : new Splice(connection, body, size, relays, stats, this::received);
    }

    private void received(long bytes) {
        receivedBytes += bytes;
        stats.pulledIn(bytes);
    }

    private void refused(HttpResponseStatus status, BodyPipe body) {
        // The problem's few bytes are read, so that the connection can be kept.
        body.subscribe(ByteBuf::release, broken -> {}, this::free);
        settle(
                switch (status.code()) {
                    case 404 -> Pull.NotFound.INSTANCE;
                    case 410 -> Pull.Gone.INSTANCE;
                    case 503 -> Pull.Busy.INSTANCE;
                    default -> Pull.Unreachable.INSTANCE;
                },
                Lesson.ALIVE);
    }

    /** The body, counted; it fails when it differs from its size by a single byte. */
    private Flux<ByteBuf> exactly(long size, BodyPipe body) {
        Flux<ByteBuf> counted = body.doOnNext(buffer -> received(buffer.readableBytes()));
        if (size < 0) {
            return counted;
        }
        return counted.<ByteBuf>handle((buffer, sink) -> {
                    if (receivedBytes > size) {
                        buffer.release();
                        sink.error(new BrokenBodyException("the object is larger than announced"));
                    } else {
                        sink.next(buffer);
                    }
                })
                .concatWith(Flux.defer(() -> receivedBytes == size
                        ? Flux.empty()
                        : Flux.error(new BrokenBodyException("the object is smaller than announced"))));
    }

    private void settle(Pull result, Lesson lesson) {
        Consumer<Pull> to = answer;
        if (to != null) {
            answer = null;
            end(lesson);
            to.accept(result);
        }
    }

    private void end(@Nullable Lesson lesson) {
        if (over) {
            return;
        }
        over = true;
        watch.stop();
        if (peer != null) {
            switch (lesson) {
                case ALIVE -> peer.answered(startNanos);
                case SILENT -> peer.silent(startNanos);
                case NONE -> peer.unknown();
                case null -> {}
            }
            peer.leave();
        }
    }

    private void drop() {
        if (connection != null && exchange != null) {
            connection.abort(exchange);
        }
    }

    private void free() {
        if (connection != null && exchange != null) {
            connection.free(exchange);
        }
    }

    @Override
    public void acknowledge() {
        OnLoop.run(loop, () -> {
            if (!over) {
                end(null);
                FullHttpRequest ack = new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.POST,
                        PullProtocol.ackPath(reference.object()),
                        Unpooled.EMPTY_BUFFER);
                ack.headers().set(HttpHeaderNames.HOST, PullProtocol.HOST).set(HttpHeaderNames.CONTENT_LENGTH, "0");
                if (connection != null && exchange != null) {
                    connection.acknowledge(exchange, ack);
                }
            }
        });
    }

    @Override
    public void abandon() {
        OnLoop.run(loop, () -> {
            if (!over) {
                end(null);
                drop();
            }
        });
    }
}
