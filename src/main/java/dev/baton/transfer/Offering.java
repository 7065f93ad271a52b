package dev.baton.transfer;

import dev.baton.pull.Copies;
import dev.baton.pull.ErrorCode;
import dev.baton.pull.PullProtocol;
import dev.baton.pull.RetrievalBody;
import dev.baton.pull.Window;
import dev.baton.pull.Windows;
import dev.baton.store.Lookup;
import dev.baton.store.PutSpec;
import dev.baton.store.Reservation;
import dev.baton.store.Retrieval;
import dev.baton.store.Upload;
import dev.baton.wire.HeldBody;
import dev.baton.wire.OnLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * An invocation's body on offer to the sidecar of the function that is called: through a window at its pace, or stored whole first. Event
 * loop only.
 */
final class Offering {
    /** Told when the body may be pulled. */
    interface Ready {
        void offered(String reference, long size);
    }

    private final InvokeCall call;
    private final EventLoop loop;
    private final InvokeTools tools;

    private HeldBody body;
    private @Nullable CompletableFuture<Windows.Permit> turn;
    private Windows.@Nullable Permit permit;
    private @Nullable Window window;
    private @Nullable Disposable storing;
    private @Nullable Retrieval stored;
    private boolean closed;

    Offering(InvokeCall call, HeldBody body, EventLoop loop, InvokeTools tools) {
        this.call = call;
        this.body = body;
        this.loop = loop;
        this.tools = tools;
    }

    /** Waits for its turn, if there are too many transfers; one of the two is told, unless it is closed before. */
    void open(Ready ready, Consumer<RefusedException> refused) {
        CompletableFuture<Windows.Permit> asked = tools.windows().acquire();
        turn = asked;
        ScheduledFuture<?> deadline = asked.isDone()
                ? null
                : loop.schedule(() -> asked.cancel(false), tools.permitWait().toNanos(), TimeUnit.NANOSECONDS);
        asked.whenComplete((granted, failed) -> OnLoop.run(loop, () -> {
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (granted == null) {
                refuse(refused, new RefusedException(ErrorCode.BUSY, "too many transfers run through this sidecar"));
            } else if (closed) {
                granted.close();
            } else {
                permit = granted;
                if (tools.storeFirst()) {
                    store(ready, refused);
                } else {
                    offer(call.size(), ready, refused);
                }
            }
        }));
    }

    private void store(Ready ready, Consumer<RefusedException> refused) {
        PutSpec spec = new PutSpec(call.size(), 1, tools.lifeMax(), PullProtocol.OCTETS, null);
        storing = tools.uploads()
                .admit(spec, loop)
                .flatMap(upload -> tools.uploads().fill(upload, body, loop).thenReturn(upload))
                .subscribe(
                        upload -> stored(upload, ready, refused),
                        failed -> refuse(
                                refused,
                                failed instanceof RefusedException why
                                        ? why
                                        : new RefusedException(ErrorCode.BAD_REQUEST, "the body broke off")));
    }

    private void stored(Upload upload, Ready ready, Consumer<RefusedException> refused) {
        if (!(tools.store().find(upload.id(), upload.capability()) instanceof Lookup.Found found)
                || !(found.object().reserve() instanceof Reservation.Reserved reserved)) {
            refuse(refused, new RefusedException(ErrorCode.GONE, "the stored body ended before it could be offered"));
            return;
        }
        Retrieval retrieval = reserved.retrieval();
        if (closed) {
            retrieval.commit();
            return;
        }
        stored = retrieval;
        // Copies, so that the store's memory may go when the invocation ends, whoever is still writing.
        Flux<ByteBuf> copies = Copies.of(new RetrievalBody(retrieval, loop));
        body = new HeldBody(copies, loop);
        offer(upload.written(), ready, refused);
    }

    private void offer(long size, Ready ready, Consumer<RefusedException> refused) {
        String contentType = call.fields().get(HttpHeaderNames.CONTENT_TYPE, PullProtocol.OCTETS);
        Offers.Offered offered;
        try {
            offered = tools.offers().open(size, contentType, body, loop, this::leaveWindow);
        } catch (RefusedException unsealed) {
            refuse(refused, unsealed);
            return;
        }
        window = offered.window();
        ready.offered(offered.reference(), size);
    }

    private void refuse(Consumer<RefusedException> refused, RefusedException why) {
        if (!closed) {
            refused.accept(why);
        }
    }

    /** Whether a consumer has begun to pull. */
    boolean everClaimed() {
        return window != null && window.everClaimed();
    }

    /** Takes the body back, if no consumer was given a byte of it; it can then be sent inline. */
    boolean withdraw() {
        return window != null && window.withdraw() && body.whole();
    }

    /** The body as it is now on offer: the stored one's, if it was stored. */
    HeldBody body() {
        return body;
    }

    /** The transfer no longer runs: the next one may. */
    private void leaveWindow() {
        if (permit != null) {
            permit.close();
        }
    }

    /** Ends the offer; a pull at work breaks off. Idempotent. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (turn != null) {
            turn.cancel(false);
        }
        if (storing != null) {
            storing.dispose();
        }
        if (window != null) {
            tools.offers().withdraw(window);
        }
        body.close();
        if (stored != null) {
            stored.commit();
        }
        leaveWindow();
    }
}
