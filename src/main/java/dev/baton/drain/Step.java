package dev.baton.drain;

import java.time.Duration;

/** What the one who drives a {@link Drain} has to do next. */
public sealed interface Step {
    /** Nothing, until that time has passed or something new has been reported. */
    record Wait(Duration time) implements Step {}

    /** Nothing, until something new is reported. */
    enum Idle implements Step {
        INSTANCE
    }

    /** Close the listeners: nobody sends requests here any more. Asked once. */
    enum StopListeners implements Step {
        INSTANCE
    }

    /**
     * Exit with status 0.
     *
     * @param upgradedLeft connections with another protocol (websockets) that outlived their grace and will be cut
     */
    record Exit(long upgradedLeft) implements Step {}
}
