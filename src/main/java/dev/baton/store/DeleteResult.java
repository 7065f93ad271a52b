package dev.baton.store;

/** What became of a wish to delete an object. */
public sealed interface DeleteResult {
    /** It is gone from now on; retrievals under way may finish. */
    enum Deleted implements DeleteResult {
        INSTANCE
    }

    /** Never existed, forgotten, or the capability is another one. */
    enum Unknown implements DeleteResult {
        INSTANCE
    }

    /** It was gone already. */
    record Gone(GoneReason reason) implements DeleteResult {}
}
