package dev.baton.wire;

import dev.baton.wire.Relays.Move;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The short way of one pulled body: from the pull connection's socket to the reader's without passing through this process. What the
 * event loop has read together with the head goes the ordinary way first; the rest is moved by a relay thread while the event loop does
 * not read the pull connection. Then the body ends as it would have ended otherwise. Event loop of the pull connection only.
 */
public final class Splice {
    /** Smaller bodies are cheaper to copy. */
    public static final long WORTHWHILE_BYTES = 100_000;

    private static final long SINK_GRACE_MILLIS = 1_000;

    private final WireConnection connection;
    private final BodyPipe body;
    private final long sizeBytes;
    private final Relays relays;
    private final RelayStats stats;
    private final LongConsumer counter;

    private @Nullable Move move;
    private long movedBytes;

    /** @param counter told how many bytes have been moved */
    public Splice(
            WireConnection connection,
            BodyPipe body,
            long sizeBytes,
            Relays relays,
            RelayStats stats,
            LongConsumer counter) {
        this.connection = connection;
        this.body = body;
        this.sizeBytes = sizeBytes;
        this.relays = relays;
        this.stats = stats;
        this.counter = counter;
    }

    /** Stops reading the pull connection: what is not buffered yet stays in the kernel. */
    public void hold() {
        connection.hold(this);
    }

    /** Whether a buffered part has to be taken before the rest can be moved. */
    public boolean buffered() {
        return body.queuedBytes() > 0;
    }

    /** Whether the body can still go this way: it has not ended, and enough is left. */
    public boolean worthwhile() {
        return leftBytes() >= WORTHWHILE_BYTES && !body.ended();
    }

    private long leftBytes() {
        return sizeBytes - body.passedBytes();
    }

    /** Bytes that went this way so far. */
    public long movedBytes() {
        return movedBytes;
    }

    /** Reads on in the ordinary way. */
    public void release() {
        connection.release(this);
    }

    /**
     * Moves the rest to the sink, to which everything before it must have been written. The body then completes or fails.
     *
     * @return false if that cannot be done: then nothing has changed and the connection is read on
     */
    public boolean moveTo(Channel sink) {
        Move prepared = worthwhile() && sink instanceof EpollSocketChannel to && to.isOpen()
                ? relays.prepare(connection.descriptor(), to.fd().intValue(), leftBytes())
                : null;
        if (prepared == null) {
            release();
            return false;
        }
        move = prepared;
        connection.leave(() -> relays.start(prepared, connection.channel().eventLoop(), this::moved));
        return true;
    }

    private void moved(SocketRelay.Outcome outcome) {
        move = null;
        movedBytes += outcome.bytes();
        counter.accept(outcome.bytes());
        if (outcome.spliced()) {
            stats.spliced(outcome.bytes());
        }
        switch (outcome.end()) {
            case WHOLE -> connection.comeBack();
            case SINK_ENDED -> {
                // The reader's own connection knows more, an early answer perhaps. This is for the case that it does
                // not.
                connection.channel().close();
                connection
                        .channel()
                        .eventLoop()
                        .schedule(() -> fail("the reader took no more"), SINK_GRACE_MILLIS, TimeUnit.MILLISECONDS);
            }
            case SOURCE_SILENT -> fail("the producer kept silent for too long");
            case SOURCE_ENDED, CANCELLED -> fail("the connection ended in the middle of the body");
        }
    }

    private void fail(String why) {
        connection.channel().close();
        body.fail(new BrokenBodyException(why));
    }

    /** Nobody wants the rest. */
    void cancel() {
        Move running = move;
        if (running != null) {
            running.relay().cancel();
        }
    }
}
