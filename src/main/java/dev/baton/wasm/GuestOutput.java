package dev.baton.wasm;

/** Takes the answer of a call: either {@link #whole}, or any number of {@link #part} and one {@link #end}. Guest thread only. */
interface GuestOutput {
    /** The whole answer, in its guest's memory. It must be closed, also when this throws. */
    void whole(GuestAnswer answer) throws InterruptedException;

    /** Copies [at, at + length) of the guest's memory, which lies inside, before it returns; waits while there is no room. */
    void part(LinearMemory from, int at, int length) throws InterruptedException;

    /** The parts are all there. */
    void end() throws InterruptedException;
}
