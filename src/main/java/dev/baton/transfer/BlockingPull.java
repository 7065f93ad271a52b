package dev.baton.transfer;

import dev.baton.pull.Pull;
import dev.baton.pull.PullClient;
import dev.baton.reference.Reference;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Pulls for threads that may wait; never on an event loop. */
final class BlockingPull {
    private BlockingPull() {}

    /** The object's bytes, to be read through the loop; the caller ends the pull. After an interrupt nothing is left open. */
    static Pull.Bytes pull(PullClient pulls, Reference reference, EventLoop loop)
            throws RefusedException, InterruptedException {
        CompletableFuture<Pull> pulled = new CompletableFuture<>();
        loop.execute(() -> pulls.pull(reference, loop, pull -> {
            if (!pulled.complete(pull) && pull instanceof Pull.Bytes late) {
                late.ending().abandon();
            }
        }));
        Pull pull;
        try {
            pull = pulled.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException left) {
            // What still comes finds the future taken, and lets go; what has come already is let go here.
            if (!pulled.cancel(false) && pulled.join() instanceof Pull.Bytes bytes) {
                bytes.ending().abandon();
            }
            throw left;
        }
        if (pull instanceof Pull.Bytes bytes) {
            return bytes;
        }
        throw Refusals.of(pull);
    }
}
