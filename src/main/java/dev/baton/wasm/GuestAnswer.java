package dev.baton.wasm;

import java.nio.ByteBuffer;

/** A function's answer where the guest left it; the guest and its memory are held until {@link #close}. */
final class GuestAnswer {
    private final Guest guest;
    private final int at;
    private final int length;

    GuestAnswer(Guest guest, int at, int length) {
        this.guest = guest;
        this.at = at;
        this.length = length;
    }

    int length() {
        return length;
    }

    /** Its bytes; valid until close. Any thread. */
    ByteBuffer view() {
        return guest.memory().view(at, length);
    }

    /** Copies all of it; the region must lie inside. */
    void copyTo(LinearMemory to, int where) {
        guest.memory().copyTo(to, at, where, length);
    }

    /** Lets the guest go. It may run guest code and clear memory: on a guest thread, under a clock. Once. */
    void close() {
        guest.answered(at, length, false);
    }

    /** The same, but what takes long is left to another guest thread. */
    void closeSoon() {
        guest.answered(at, length, true);
    }
}
