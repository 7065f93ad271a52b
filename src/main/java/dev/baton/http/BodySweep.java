package dev.baton.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks again and again at the connections of one event loop whose request bodies have not come whole: no request needs a timer of
 * its own, and a body that comes with its head, or soon after, is never looked at. Event loop only.
 */
final class BodySweep implements Runnable {
    /** A connection with an incomplete body. */
    interface Connection {
        /** Ends what is too slow. Returns whether to look again. */
        boolean look(long nanoTime);
    }

    private static final int MAX_INTERVAL_MILLIS = 1_000;

    private static final FastThreadLocal<BodySweep> OF_LOOP = new FastThreadLocal<>();

    private final EventExecutor loop;
    private final int intervalMillis;
    private final List<Connection> watched = new ArrayList<>();

    private BodySweep(EventExecutor loop, GuardLimits limits) {
        this.loop = loop;
        intervalMillis = Math.clamp(limits.bodyWindowMillis() / 4, 1, MAX_INTERVAL_MILLIS);
    }

    /** Looks at it from now on, until it says that it need not be. */
    static void add(Connection connection, EventExecutor loop, GuardLimits limits) {
        BodySweep sweep = OF_LOOP.getIfExists();
        if (sweep == null || sweep.loop != loop) {
            sweep = new BodySweep(loop, limits);
            OF_LOOP.set(sweep);
        }
        sweep.watched.add(connection);
        if (sweep.watched.size() == 1) {
            sweep.again();
        }
    }

    private void again() {
        var unused = loop.schedule(this, intervalMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        long now = loop.ticker().nanoTime();
        // By index, and without those added meanwhile: whoever is ended may make others begin.
        int kept = 0;
        int there = watched.size();
        for (int i = 0; i < there; i++) {
            Connection connection = watched.get(i);
            if (connection.look(now)) {
                watched.set(kept++, connection);
            }
        }
        watched.subList(kept, there).clear();
        if (!watched.isEmpty()) {
            again();
        }
    }
}
