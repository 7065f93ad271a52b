package dev.baton.wasm;

/** What one call from outside shares with all the calls inside it: its clock, and how deep they are nested. Guest thread only. */
final class CallChain {
    private final GuestClock clock;
    private final int depthMax;
    private int depth;

    CallChain(GuestClock clock, int depthMax) {
        this.clock = clock;
        this.depthMax = depthMax;
    }

    GuestClock clock() {
        return clock;
    }

    void enter() {
        if (depth == depthMax) {
            throw new GuestException(
                    GuestException.Kind.TOO_DEEP, "functions call each other more than " + depthMax + " levels deep");
        }
        depth++;
    }

    void leave() {
        depth--;
    }
}
