package dev.baton.http;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.CompletableFuture;

/** The accepted connections of a listener, so that a shutdown can let their open exchanges end. Any thread. */
public final class Connections {
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    private final int most;
    private volatile boolean finishing;

    /** @param most connections at once; what each of them holds is bounded, and so is the memory of all */
    public Connections(int most) {
        this.most = most;
    }

    /** Counts a connection in until it closes; one too many is closed at once. Its pipeline has a {@link OneAtATime}. */
    public void add(Channel channel) {
        boolean full = open.size() >= most;
        open.add(channel);
        if (finishing || full) {
            channel.close();
        }
    }

    public int count() {
        return open.size();
    }

    /**
     * Closes idle connections now and the others at the end of their open exchange. Connections added later close at once.
     * Call it after the listening channel has been closed.
     *
     * @return completes, on an event loop, when the last one is closed; there is no time limit
     */
    public CompletableFuture<Void> finish() {
        finishing = true;
        CompletableFuture<Void> finished = new CompletableFuture<>();
        for (Channel channel : open) {
            channel.pipeline().fireUserEventTriggered(CloseWhenIdle.INSTANCE);
        }
        open.newCloseFuture().addListener(closed -> finished.complete(null));
        return finished;
    }
}
