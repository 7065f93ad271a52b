package dev.baton.probe;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** One question to one container. The kinds are told apart here and nowhere else. */
interface Attempt {
    /** Is told how an attempt ended: null for yes, else the error. Exactly once, on the attempt's event loop. */
    interface Outcome {
        void done(@Nullable String error);
    }

    /** Never blocks. Called on {@code loop}. */
    void start(EventLoop loop, int timeoutMillis, Outcome outcome);

    /** A kind that nothing here can ask: such a container is never ready. */
    static Attempt failing(String error) {
        return (loop, timeoutMillis, outcome) -> outcome.done(error);
    }
}
