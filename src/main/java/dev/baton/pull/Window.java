package dev.baton.pull;

import dev.baton.wire.HeldBody;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A body on offer for one pull: it is not stored, it flows from its sender to the puller at the puller's pace. Lives as long as
 * the exchange that it belongs to. Any thread.
 */
public final class Window {
    private enum State {
        OPEN,
        CLAIMED,
        DELIVERED,
        CLOSED
    }

    private final UUID id;
    private final UUID capability;
    private final long size;
    private final String contentType;
    private final HeldBody body;
    private final EventExecutor loop;
    private final Runnable ended;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private volatile boolean everClaimed;

    /**
     * @param size bytes, or -1 if unknown
     * @param loop the body's event loop
     * @param ended run on that loop when the pull is acknowledged, or has spoilt the body
     */
    public Window(
            UUID id,
            UUID capability,
            long size,
            String contentType,
            HeldBody body,
            EventExecutor loop,
            Runnable ended) {
        this.id = id;
        this.capability = capability;
        this.size = size;
        this.contentType = contentType;
        this.body = body;
        this.loop = loop;
        this.ended = ended;
    }

    UUID id() {
        return id;
    }

    UUID capability() {
        return capability;
    }

    /** Whether a consumer has begun to pull, successfully or not. */
    public boolean everClaimed() {
        return everClaimed;
    }

    /** Whether it waits for a consumer. */
    public boolean waiting() {
        return state.get() == State.OPEN;
    }

    /** Whether the consumer has acknowledged the last byte. */
    public boolean delivered() {
        return state.get() == State.DELIVERED;
    }

    Claim claim() {
        if (state.compareAndSet(State.OPEN, State.CLAIMED)) {
            everClaimed = true;
            return new Claim.Granted(new Flow());
        }
        return state.get() == State.CLAIMED ? Claim.Busy.INSTANCE : Claim.Gone.INSTANCE;
    }

    /** Takes the offer back if no consumer is at it. After true the body is the caller's again, whole if nothing was handed on. */
    public boolean withdraw() {
        return state.compareAndSet(State.OPEN, State.CLOSED);
    }

    /** Ends the offer and lets go of the body; a pull at work breaks off. Idempotent. */
    public void close() {
        if (state.getAndUpdate(now -> now == State.DELIVERED ? now : State.CLOSED) != State.DELIVERED) {
            body.close();
        }
    }

    private void spoilt() {
        // Behind the reader's cancel on the same loop, so that the body has already judged whether it is still whole.
        loop.execute(() -> {
            if (body.whole()) {
                state.compareAndSet(State.CLAIMED, State.OPEN);
            } else if (state.compareAndSet(State.CLAIMED, State.CLOSED)) {
                ended.run();
            }
        });
    }

    /** The one claim. */
    private final class Flow implements Outgoing {
        private final AtomicBoolean open = new AtomicBoolean(true);

        @Override
        public long size() {
            return size;
        }

        @Override
        public String contentType() {
            return contentType;
        }

        @Override
        public @Nullable String digest() {
            return null;
        }

        @Override
        public Flux<ByteBuf> body() {
            return body;
        }

        @Override
        public void commit() {
            if (open.compareAndSet(true, false)) {
                if (state.compareAndSet(State.CLAIMED, State.DELIVERED)) {
                    loop.execute(ended);
                }
            }
        }

        @Override
        public void giveBack() {
            if (open.compareAndSet(true, false)) {
                spoilt();
            }
        }
    }
}
