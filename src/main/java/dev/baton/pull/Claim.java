package dev.baton.pull;

/** The answer to a consumer's wish for something of this pod. */
sealed interface Claim {
    record Granted(Outgoing outgoing) implements Claim {}

    /** Others are at it; one of them may give it back. */
    enum Busy implements Claim {
        INSTANCE
    }

    enum Gone implements Claim {
        INSTANCE
    }

    /** Never existed, forgotten, or the capability is another one: these cannot be told apart. */
    enum Unknown implements Claim {
        INSTANCE
    }
}
