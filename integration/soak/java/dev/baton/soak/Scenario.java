package dev.baton.soak;

import java.io.IOException;
import java.util.List;

/**
 * One thing that clients and program do to each other.
 *
 * @param share of all that is played
 * @param allowed how its requests may end, beside what may happen to any: that the queue is full (503), or that a limit runs out
 *     while they wait in it (504)
 */
record Scenario(String title, int share, Script script, List<Outcome> allowed) {
    @FunctionalInterface
    interface Script {
        void play(Worker worker) throws IOException;
    }

    boolean allows(Outcome outcome) {
        return allowed.contains(outcome) || outcome == Outcome.REFUSED || outcome == Outcome.TIMED_OUT;
    }
}
