package dev.baton.wasm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One function by its name: its module once that is compiled, and the instances that wait for the next call. Any thread, unless said otherwise. */
final class GuestFunction {
    private final String name;
    private final FunctionHost host;

    private final CallCounts counts;

    private volatile FunctionState state = FunctionState.LOADING;
    private volatile @Nullable String reason;
    private volatile Guest.@Nullable Module module;
    private volatile boolean reuses;

    private final ArrayDeque<Guest> idle = new ArrayDeque<>();
    private long idleBytes;

    GuestFunction(String name, FunctionHost host) {
        this.name = name;
        this.host = host;
        this.counts = new CallCounts(name);
    }

    String name() {
        return name;
    }

    FunctionState state() {
        return state;
    }

    /** Why it cannot be called; null while nothing is known against it. */
    @Nullable
    String reason() {
        return reason;
    }

    CallCounts counts() {
        return counts;
    }

    /** Instances that wait for a call. */
    synchronized int idle() {
        return idle.size();
    }

    ObjectGateway gateway() {
        return host.gateway();
    }

    @Nullable
    GuestFunction neighbour(String other) {
        return host.function(other);
    }

    void log(int level, String text) {
        host.observer().log(name, level, text);
    }

    void failed(String what, Throwable cause) {
        host.observer().failed(what, cause);
    }

    /** @param startNanos {@link System#nanoTime} at the call's beginning */
    void called(GuestFunction neighbour, long bytesThere, long bytesBack, long startNanos) {
        host.observer().neighbour(name, neighbour.name, bytesThere, bytesBack, System.nanoTime() - startNanos);
    }

    /**
     * It can be called from now on.
     *
     * @param again whether its instances serve further calls
     * @return false when it has been refused meanwhile
     */
    synchronized boolean ready(Guest.Module loaded, boolean again) {
        if (state != FunctionState.LOADING) {
            return false;
        }
        module = loaded;
        reuses = again;
        state = FunctionState.READY;
        return true;
    }

    /** False when its fate is known already. */
    synchronized boolean refuse(String why) {
        if (state != FunctionState.LOADING) {
            return false;
        }
        reason = why;
        state = FunctionState.REFUSED;
        return true;
    }

    /** Runs something that gives memory back, soon, on a guest thread. */
    void tidy(Runnable task) {
        host.threads().tidy(task);
    }

    boolean reuses() {
        return reuses;
    }

    /**
     * Runs one call to its end on this thread, a guest thread.
     *
     * @throws GuestException when there is no answer; nothing is held then
     */
    void call(GuestInput body, GuestOutput answer, CallChain chain) throws InterruptedException {
        Guest.Module loaded = module;
        if (loaded == null) {
            throw state == FunctionState.REFUSED
                    ? new GuestException(GuestException.Kind.NOT_LOADED, "the function's module cannot be used")
                    : new GuestException(GuestException.Kind.LOADING, "the function is still being compiled");
        }
        chain.enter();
        try {
            Guest guest = take(loaded, body.length());
            GuestAnswer whole = null;
            try {
                if (loaded.command()) {
                    guest.run(body, answer, chain);
                } else {
                    whole = guest.handle(body, chain);
                }
            } finally {
                if (whole == null) {
                    guest.closeSoon();
                }
            }
            if (whole != null) {
                answer.whole(whole);
            }
        } finally {
            chain.leave();
        }
    }

    private Guest take(Guest.Module loaded, long hint) {
        synchronized (this) {
            Guest guest = idle.pollLast();
            if (guest != null) {
                idleBytes -= guest.memory().size();
                return guest;
            }
        }
        try {
            return new Guest(this, loaded, host.memories(), hint);
        } catch (GuestException e) {
            if (e.kind() != GuestException.Kind.NO_MEMORY || !host.dropIdle()) {
                throw e;
            }
            return new Guest(this, loaded, host.memories(), hint);
        }
    }

    /** Keeps an instance for the next call, unless enough are kept. Guest thread. */
    void reuse(Guest guest) {
        guest.idleSince(host.now());
        synchronized (this) {
            if (!host.closed()
                    && idle.size() < host.limits().threads()
                    && idleBytes + guest.memory().size() <= host.limits().warmBytes()) {
                idle.addLast(guest);
                idleBytes += guest.memory().size();
                return;
            }
        }
        guest.close();
    }

    /** Ends idle instances that have been so since before the given time. Not on an event loop. */
    boolean drop(long before) {
        List<Guest> old = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Guest> each = idle.iterator(); each.hasNext(); ) {
                Guest guest = each.next();
                if (guest.idleSince() <= before) {
                    each.remove();
                    idleBytes -= guest.memory().size();
                    old.add(guest);
                }
            }
        }
        old.forEach(Guest::close);
        return !old.isEmpty();
    }
}
