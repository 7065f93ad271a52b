package dev.baton.wasm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes callable modules of bytes: looks them over, checks them against the guest ABI, links, compiles and starts them once on trial. */
final class ModuleLoader {
    private static final Map<String, HostCall> CALLS = calls();

    private final FunctionLimits limits;
    private final LinearMemories memories;
    private final DeadlineWatch watch;

    ModuleLoader(FunctionLimits limits, LinearMemories memories, DeadlineWatch watch) {
        this.limits = limits;
        this.memories = memories;
        this.watch = watch;
    }

    /** Blocks for as long as it takes to compile; the module's start function runs on this thread. */
    Guest.Module load(byte[] bytes) throws LoadException {
        ModuleScan.Shape shape = ModuleScan.scan(bytes, limits.memoryPages());
        boolean command = isCommand(shape);
        List<HostCall> calls = new ArrayList<>();
        for (ModuleScan.Import wanted : shape.imports()) {
            calls.add(resolve(wanted));
        }
        boolean initialize = !command && shape.exports().containsKey("_initialize");
        return new Guest.Module(Engine.compile(shape), List.copyOf(calls), command, initialize);
    }

    /**
     * Starts it twice, so that what cannot start is known before the first call, and how long a start takes.
     *
     * @return nanoseconds of the second start
     */
    long trial(GuestFunction function, Guest.Module module) throws LoadException {
        GuestClock clock = new GuestClock(watch, limits.call());
        clock.start();
        try {
            new Guest(function, module, memories, -1).close();
            long start = System.nanoTime();
            Guest guest = new Guest(function, module, memories, -1);
            long nanos = System.nanoTime() - start;
            guest.close();
            return nanos;
        } catch (GuestException e) {
            GuestException why = e.kind() == GuestException.Kind.CANCELLED ? clock.explain() : e;
            throw new LoadException("the module does not start: " + why.getMessage(), why);
        } finally {
            clock.stop();
        }
    }

    private static boolean isCommand(ModuleScan.Shape shape) throws LoadException {
        if (!shape.exportsMemory()) {
            throw new LoadException("it does not export its memory as \"memory\"");
        }
        boolean command = !shape.exports().containsKey("handle");
        if (!command) {
            check(shape, "handle", "ii:I", "handle(ptr: i32, len: i32) -> i64");
            check(shape, "allocate_memory", "i:i", "allocate_memory(len: i32) -> i32");
            check(shape, "deallocate_memory", "ii:", "deallocate_memory(ptr: i32, len: i32)");
        } else if (!":".equals(shape.exports().get("_start"))) {
            throw new LoadException("it exports neither handle(ptr: i32, len: i32) -> i64, as a function does,"
                    + " nor _start, as a WASI command does");
        }
        if (shape.exports().containsKey("_initialize")) {
            check(shape, "_initialize", ":", "_initialize()");
        }
        return command;
    }

    private static void check(ModuleScan.Shape shape, String name, String signature, String wanted)
            throws LoadException {
        String actual = shape.exports().get(name);
        if (actual == null) {
            throw new LoadException("it does not export " + wanted);
        }
        if (!actual.equals(signature)) {
            throw new LoadException("it exports " + name + " with another signature than " + wanted);
        }
    }

    private static HostCall resolve(ModuleScan.Import wanted) throws LoadException {
        HostCall call = CALLS.get(wanted.module() + "." + wanted.name());
        if (call == null) {
            call = WasiCalls.absent(wanted);
        }
        if (call == null) {
            throw new LoadException(
                    "it imports " + wanted.module() + "." + wanted.name() + ", which this host does not offer");
        }
        if (!call.signature().equals(wanted.signature())) {
            throw new LoadException("it imports " + wanted.module() + "." + wanted.name() + " as " + wanted.signature()
                    + "; this host offers it as " + call.signature());
        }
        return call;
    }

    private static Map<String, HostCall> calls() {
        Map<String, HostCall> calls = new HashMap<>();
        for (HostCall call : XdtCalls.ALL) {
            calls.put(call.module() + "." + call.name(), call);
        }
        for (HostCall call : WasiCalls.ALL) {
            calls.put(call.module() + "." + call.name(), call);
        }
        return calls;
    }
}
