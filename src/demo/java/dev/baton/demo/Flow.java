package dev.baton.demo;

/** What a sidecar counts object bytes as. */
enum Flow {
    /** Handed to other sidecars over the pull port. */
    PULLED_OUT("pulledOut"),
    /** Fetched from other sidecars' pull ports. */
    PULLED_IN("pulledIn"),
    /** Of the fetched ones, those that the kernel moved on without this process. */
    SPLICED("spliced"),
    /** Put by a function, as bytes. */
    PUT("put"),
    /** Handed to a function that asked for the object, as bytes. */
    GET("get"),
    /** Put by a function as the descriptor of their memory. */
    PUT_MEMORY("putMemory"),
    /** Handed to a function as the descriptor of their memory. */
    GET_MEMORY("getMemory"),
    /** Of an invoke, inside its request. */
    INLINE("inline"),
    /** Of an invoke whose request had a reference in their place. */
    REFERENCED("referenced"),
    /** Of a call from one Wasm function to another, from linear memory to linear memory. */
    NEIGHBOUR("neighbour");

    private final String label;

    Flow(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
