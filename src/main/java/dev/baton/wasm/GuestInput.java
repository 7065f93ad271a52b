package dev.baton.wasm;

/** The body of a call. Guest thread only. */
interface GuestInput {
    /** Bytes in all, or -1 while unknown. */
    long length();

    /**
     * Waits for bytes and copies up to {@code most} (at least 1) of them to {@code at}, which must lie inside.
     *
     * @return how many, or -1 at the end
     * @throws GuestException BODY when the rest will never come
     */
    int read(LinearMemory into, int at, int most) throws InterruptedException;
}
