package dev.baton.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one group of epoll event loops that all listeners and clients of this process share.
 *
 * <p>Its threads are not daemons: the process lives as long as they do. Any thread may call the methods.
 */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_TIMEOUT_MILLIS = 5_000;

    private final EventLoopGroup group;

    /**
     * Starts no thread yet: each loop's starts with its first channel.
     *
     * @param threads number of event loops, at least 1
     * @param name prefix of the threads' names
     * @throws UnsatisfiedLinkError if Netty's native epoll transport cannot be loaded
     */
    public EventLoops(int threads, String name) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads < 1: " + threads);
        }
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, false), RearmedEpoll.factory());
    }

    public EventLoopGroup group() {
        return group;
    }

    /**
     * Runs a task when its loop has looked at all its sockets, so that long work cut into tasks lets others have their turn. Not {@code
     * execute()}: the loop empties its queue of tasks before it looks at a socket, but those that are due later come after. Loop only.
     */
    public static void giveWay(EventExecutor loop, Runnable task) {
        var unused = loop.schedule(task, 1, TimeUnit.NANOSECONDS);
    }

    /** Closes every channel of the loops and ends their threads. Blocks at most five seconds; never call it from a loop. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
    }
}
