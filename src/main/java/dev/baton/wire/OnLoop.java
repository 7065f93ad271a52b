package dev.baton.wire;

import io.netty.util.concurrent.EventExecutor;

/** Brings calls from any thread to the event loop that owns what they touch. */
public final class OnLoop {
    private OnLoop() {}

    /** Runs the task at once if this is the loop's thread, else later on it. */
    public static void run(EventExecutor loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
