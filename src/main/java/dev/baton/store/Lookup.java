package dev.baton.store;

/** What the store knows of an id and its capability. */
public sealed interface Lookup {
    record Found(StoredObject object) implements Lookup {}

    /** Never existed, forgotten, or the capability is another one: these cannot be told apart. */
    enum Unknown implements Lookup {
        INSTANCE
    }

    record Gone(GoneReason reason) implements Lookup {}
}
