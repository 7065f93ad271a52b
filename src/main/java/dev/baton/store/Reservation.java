package dev.baton.store;

/** The answer to a wish to retrieve an object. */
public sealed interface Reservation {
    /** One retrieval is taken; it must be ended by commit or giveBack. */
    record Reserved(Retrieval retrieval) implements Reservation {}

    /** All retrievals that are left are under way; one of them may still be given back. */
    enum Busy implements Reservation {
        INSTANCE
    }

    record Gone(GoneReason reason) implements Reservation {}
}
