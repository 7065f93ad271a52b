package dev.baton.wasm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Calls of one function from outside since the start. Any thread. */
public final class CallCounts {
    /** The calls that ended in one way. */
    public static final class Ended {
        private final String outcome;
        private final LongAdder calls = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        private Ended(String outcome) {
            this.outcome = outcome;
        }

        /** "answered", or the kind of failure. */
        public String outcome() {
            return outcome;
        }

        public long calls() {
            return calls.sum();
        }

        /** Wall-clock time of these calls. */
        public long nanos() {
            return nanos.sum();
        }
    }

    private final String function;
    private final Ended answered = new Ended("answered");
    /** Filled here and never changed. */
    private final Map<GuestException.Kind, Ended> failed = new EnumMap<>(GuestException.Kind.class);

    private final List<Ended> all = new ArrayList<>();
    private final LongAdder guestNanos = new LongAdder();

    CallCounts(String function) {
        this.function = function;
        all.add(answered);
        for (GuestException.Kind kind : GuestException.Kind.values()) {
            Ended ended = new Ended(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            failed.put(kind, ended);
            all.add(ended);
        }
    }

    /**
     * @param outcome why there was no answer; null if there was one
     * @param wallNanos of all of it
     * @param ranNanos of these, the guest's own: without waiting for the body or the client
     */
    void add(GuestException.@Nullable Kind outcome, long wallNanos, long ranNanos) {
        Ended ended = outcome == null ? answered : Objects.requireNonNull(failed.get(outcome));
        ended.calls.increment();
        ended.nanos.add(wallNanos);
        guestNanos.add(ranNanos);
    }

    public String function() {
        return function;
    }

    /** One for each way in which a call can end. */
    public List<Ended> endings() {
        return List.copyOf(all);
    }

    /** What guests ran of all calls' time, calls of neighbours included. */
    public long guestNanos() {
        return guestNanos.sum();
    }
}
