package dev.baton.reference;

/** What opening a text gives. */
public sealed interface Opened {
    /** A reference sealed with a known key for this tenant, whose time has not come. */
    record Valid(Reference reference) implements Opened {}

    /** As {@link Valid}, but past its expiry: the object is gone. */
    record Expired(Reference reference) implements Opened {}

    /** Forged, truncated, another tenant's or sealed with an unknown key: one and the same, so that nobody learns which. */
    enum Invalid implements Opened {
        INSTANCE
    }
}
