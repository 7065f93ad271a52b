package dev.baton.wasm;

/**
 * A function of the host that guests may import.
 *
 * @param signature as in {@link ModuleScan.Shape}
 */
record HostCall(String module, String name, String signature, Body body) {
    /** What it does. Its result counts only where the signature has one; pointers and lengths are unsigned and unchecked. Guest thread only. */
    @FunctionalInterface
    interface Body {
        long run(Guest guest, long[] arguments);
    }

    /** As one instance sees it. */
    Engine.Import of(Guest guest) {
        return new Engine.Import(module, name, signature, arguments -> {
            StackProbe.demand();
            return body.run(guest, arguments);
        });
    }
}
