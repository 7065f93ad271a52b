package dev.baton.wasm;

import org.jspecify.annotations.Nullable;

/** Hears what happens in the function host, for log and metrics. Any thread, also several at once; must return soon and not throw. */
public interface FunctionObserver {
    /** Ignores everything. */
    FunctionObserver NONE = new FunctionObserver() {};

    /** A module is ready. {@code interpreted}: some function of it is too large for the JVM and runs some hundred times as slow. */
    default void loaded(String function, long millis, boolean interpreted) {}

    /** A module cannot be used. */
    default void refused(String function, String reason) {}

    /** What the user's program should serve is not there yet, and why; it is asked for again. */
    default void awaited(String reason) {}

    /** A call from outside has ended; {@code outcome} is null when the function answered. */
    default void called(String function, GuestException.@Nullable Kind outcome, long nanos) {}

    /** One function has called another in this process: bytes of the body there and of the answer back, and the time of all of it. */
    default void neighbour(String from, String to, long bytesThere, long bytesBack, long nanos) {}

    /** The host itself failed, not a guest. */
    default void failed(String what, Throwable cause) {}

    /** A function says something; level 0 debug, 1 info, 2 warning, 3 error. The text is the guest's: it may hold anything. */
    default void log(String function, int level, String text) {}
}
