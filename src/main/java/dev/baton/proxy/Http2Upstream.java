package dev.baton.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections of one event loop to the user's program, in clear text and with prior knowledge. Requests share them as
 * far as the program says it takes streams; another one is opened only when all are full. Event loop only.
 */
final class Http2Upstream implements Upstream, Dial.Owner {
    /** Small beside the connection's: a client that does not read holds back its own stream and no other. */
    private static final int STREAM_WINDOW_BYTES = 256 * 1024;

    private static final int FLUSHES_AT_ONCE = 256;

    private final Upstreams upstreams;
    private final EventLoop loop;
    private final List<Http2Connection> connections = new ArrayList<>(1);
    private final ArrayDeque<Forwarder> waiting = new ArrayDeque<>();
    private @Nullable Dial dial;
    /** Connected, and about to say what it takes. */
    private @Nullable Http2Connection greeting;

    Http2Upstream(Upstreams upstreams, EventLoop loop) {
        this.upstreams = upstreams;
        this.loop = loop;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    @Override
    public void lease(Forwarder front, boolean fresh) {
        for (int i = 0; i < connections.size(); i++) {
            if (connections.get(i).takes()) {
                connections.get(i).open(front);
                return;
            }
        }
        waiting.add(front);
        dialIfNeeded();
    }

    @Override
    public void forget(Forwarder front) {
        waiting.remove(front);
        Dial running = dial;
        if (waiting.isEmpty() && running != null) {
            running.forget();
        }
    }

    private void dialIfNeeded() {
        if (dial == null && greeting == null && !waiting.isEmpty()) {
            dial = new Dial(this, upstreams);
            dial.start(loop);
        }
    }

    @Override
    public void equip(ChannelPipeline pipeline) {
        Http2Settings settings = Http2Settings.defaultSettings()
                .pushEnabled(false)
                .initialWindowSize(STREAM_WINDOW_BYTES)
                .maxHeaderListSize(upstreams.headBytes());
        // Requests of one turn, and what is taken back when a client goes, leave together.
        pipeline.addLast(
                new FlushConsolidationHandler(FLUSHES_AT_ONCE, true),
                Http2FrameCodecBuilder.forClient()
                        .initialSettings(settings)
                        .validateHeaders(true)
                        .build());
        Http2Connection.addTo(pipeline, this);
    }

    @Override
    public void dialled(Dial done, Channel channel) {
        dial = null;
        Http2Connection connection = channel.pipeline().get(Http2Connection.class);
        if (!connection.ready()) {
            greeting = connection;
        }
    }

    @Override
    public void undiallable(Dial done, String failure) {
        dial = null;
        failWaiting(failure);
    }

    // Called by Http2Connection.

    /** The program has said what it takes, or takes more than before. */
    void ready(Http2Connection connection) {
        if (greeting == connection) {
            greeting = null;
        }
        if (!connections.contains(connection)) {
            connections.add(connection);
        }
        while (connection.takes() && !waiting.isEmpty()) {
            connection.open(waiting.poll());
        }
        dialIfNeeded();
    }

    /** The connection is closed, or takes no further stream. */
    void retired(Http2Connection connection) {
        connections.remove(connection);
    }

    /** The connection has ended before it was of any use. */
    void useless(Http2Connection connection, String failure) {
        if (greeting == connection) {
            greeting = null;
        }
        failWaiting(failure);
    }

    private void failWaiting(String failure) {
        // A front that is told may come back at once with another request: that one has a try of its own.
        List<Forwarder> told = List.copyOf(waiting);
        waiting.clear();
        for (Forwarder front : told) {
            front.unreachable(failure);
        }
    }
}
