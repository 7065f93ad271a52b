package dev.baton.wasm;

/** How far a function's module has come. */
public enum FunctionState {
    LOADING,
    READY,
    /** It cannot be used; the others are not touched by that. */
    REFUSED
}
