package dev.baton.wasm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One instance of a function's module with its memory. One thread at a time, a guest thread; ended by {@link #close}. */
final class Guest {
    private static final long CLEAR_HERE_BYTES = 1 << 20;

    private final GuestFunction function;
    private final Engine.Program program;
    private final LinearMemory memory;
    private final Engine.@Nullable Exported allocate;
    private final Engine.@Nullable Exported deallocate;
    private final Engine.@Nullable Exported handle;

    private @Nullable CallChain chain;
    private @Nullable GuestInput input;
    private @Nullable GuestOutput output;
    private int bodyAt;
    private int bodyLength;
    private String lastError = "";
    private long idleSince;

    /**
     * Starts an instance: places its data and runs its start function and {@code _initialize}.
     *
     * @param hint bytes that it will probably need
     */
    Guest(GuestFunction function, Module module, LinearMemories memories, long hint) {
        this.function = function;
        List<Engine.Import> imports = new ArrayList<>(module.calls().size());
        for (HostCall call : module.calls()) {
            imports.add(call.of(this));
        }
        this.program =
                module.compiled().instantiate(imports, (initial, maximum) -> memories.acquire(initial, maximum, hint));
        LinearMemory made = program.memory();
        if (made == null) {
            throw new IllegalStateException("a module without a memory was loaded"); // Module.load refuses those.
        }
        this.memory = made;
        boolean command = module.command();
        this.allocate = command ? null : program.function("allocate_memory");
        this.deallocate = command ? null : program.function("deallocate_memory");
        this.handle = command ? null : program.function("handle");
        if (module.initialize()) {
            boolean done = false;
            try {
                program.function("_initialize").call();
                done = true;
            } finally {
                if (!done) {
                    memory.close();
                }
            }
        }
    }

    /**
     * @param calls what it imports, in its order
     * @param command whether it is a WASI command, else it exports handle
     * @param initialize whether it exports _initialize
     */
    record Module(Engine.Compiled compiled, List<HostCall> calls, boolean command, boolean initialize) {}

    LinearMemory memory() {
        return memory;
    }

    GuestFunction function() {
        return function;
    }

    /** The call that it runs; a module's start function may ask the host for nothing that needs one. */
    CallChain chain() {
        if (chain == null) {
            throw new GuestException(GuestException.Kind.TRAP, "host calls are for calls, not for a module's start");
        }
        return chain;
    }

    /** Its host calls are part of this call from now on. */
    void join(CallChain running) {
        chain = running;
    }

    /** A command's body; null for others. */
    @Nullable
    GuestInput input() {
        return input;
    }

    /** Where a command's answer goes; null for others. */
    @Nullable
    GuestOutput output() {
        return output;
    }

    String lastError() {
        return lastError;
    }

    void lastError(String text) {
        lastError = text;
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long millis) {
        idleSince = millis;
    }

    /** Places the body, runs {@code handle}, and gives the region of its answer. The caller owns the answer, and through it this guest. */
    GuestAnswer handle(GuestInput body, CallChain running) throws InterruptedException {
        if (handle == null) {
            throw new IllegalStateException("not a function with handle");
        }
        join(running);
        GuestRegion region = new GuestRegion(this);
        region.fill(body);
        bodyAt = region.at();
        bodyLength = region.length();
        long packed = handle.call(bodyAt, bodyLength);
        int at = (int) (packed >>> 32);
        int length = (int) packed;
        if (packed < 0 && packed >= -4095) {
            throw new GuestException(GuestException.Kind.FAILED, "the function failed with error " + -packed);
        }
        if (!memory.holds(at, length)) {
            throw new GuestException(GuestException.Kind.TRAP, "the function's answer lies outside of its memory");
        }
        return new GuestAnswer(this, at, length);
    }

    /** Runs a WASI command to its end. */
    void run(GuestInput stdin, GuestOutput stdout, CallChain running) throws InterruptedException {
        join(running);
        input = stdin;
        output = stdout;
        try {
            program.function("_start").call();
        } catch (GuestException e) {
            if (e.kind() != GuestException.Kind.EXITED) {
                throw e;
            }
        }
        stdout.end();
    }

    /** Takes a region from the guest's allocator. */
    int allocate(int length) {
        if (allocate == null) {
            throw new IllegalStateException("a command has no allocator");
        }
        int at;
        try {
            at = (int) allocate.call(length);
        } catch (GuestException e) {
            throw memory.refused() && e.kind() == GuestException.Kind.TRAP ? noRoom(length) : e;
        }
        if (at == 0 && length != 0) {
            throw noRoom(length);
        }
        if (!memory.holds(at, length)) {
            throw new GuestException(
                    GuestException.Kind.TRAP, "allocate_memory gave a region outside of the function's memory");
        }
        return at;
    }

    private GuestException noRoom(int length) {
        return memory.refused()
                ? new GuestException(GuestException.Kind.NO_MEMORY, "the functions together use all memory they may")
                : new GuestException(
                        GuestException.Kind.TOO_LARGE, "the function's memory has no room for " + length + " bytes");
    }

    void deallocate(int at, int length) {
        if (deallocate != null) {
            deallocate.call(at, length);
        }
    }

    /** The answer [at, at + length) has been used; {@code soon} as for {@link #closeSoon}. */
    void answered(int at, int length, boolean soon) {
        if (function.reuses()) {
            boolean clean = false;
            try {
                if (length > 0 && at != bodyAt) {
                    deallocate(at, length);
                }
                if (bodyLength > 0) {
                    deallocate(bodyAt, bodyLength);
                }
                clean = true;
            } catch (GuestException unused) {
                // It is no failure of the call, whose answer was good; the instance is not used again.
            } finally {
                chain = null;
                lastError = "";
                if (clean) {
                    function.reuse(this);
                } else {
                    close();
                }
            }
        } else if (soon) {
            closeSoon();
        } else {
            close();
        }
    }

    /** Closes now, or on another guest thread when there is so much memory to clear that the caller would notice. */
    void closeSoon() {
        if (memory.size() > CLEAR_HERE_BYTES) {
            function.tidy(this::close);
        } else {
            close();
        }
    }

    /** Gives its memory back; any later access of the guest traps. May be called again. */
    void close() {
        chain = null;
        memory.close();
    }
}
