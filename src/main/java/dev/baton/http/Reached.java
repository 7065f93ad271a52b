package dev.baton.http;

/** Whether a request that a sidecar answered by itself may have reached the user's function. */
public enum Reached {
    /** Certainly not: the caller may send it again. */
    NO("no"),
    /** Some of it may have: only the caller can know whether sending it again is safe. */
    MAYBE("maybe");

    private final String word;

    Reached(String word) {
        this.word = word;
    }

    /** The value's spelling in the {@code Baton-Error} header. */
    public String word() {
        return word;
    }
}
