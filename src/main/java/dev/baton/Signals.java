package dev.baton;

import sun.misc.Signal;

/** SIGTERM and SIGINT. The JVM's own handling would exit with 128 + number, and with 0 only from within a shutdown hook. */
final class Signals {
    private Signals() {}

    /** @param action runs for each arrival, on a thread of the JVM's own, one at a time; must not block */
    static void onTermination(Runnable action) {
        Signal.handle(new Signal("TERM"), signal -> action.run());
        Signal.handle(new Signal("INT"), signal -> action.run());
    }
}
