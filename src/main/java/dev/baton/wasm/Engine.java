package dev.baton.wasm;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.ExecutionCompletedException;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.runtime.WasmRuntimeException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.InvalidException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The seam to the Wasm engine, Chicory: with {@link LinearMemory} the only code that names it, so that the move to its successor Endive is a
 * rename of imports. Everything that the engine throws leaves here as a {@link GuestException} or a {@link LoadException}.
 */
final class Engine {
    private static final long[] NOTHING = {};

    private Engine() {}

    /** A function of the host as one instance sees it. */
    record Import(String module, String name, String signature, Call call) {}

    /** The body of a function of the host; its result counts only where the signature has one. It may throw a {@link GuestException}. */
    @FunctionalInterface
    interface Call {
        long run(long[] arguments);
    }

    /** Makes the memory of an instance. */
    @FunctionalInterface
    interface Memories {
        LinearMemory create(int initialPages, int maximumPages);
    }

    /**
     * Initialises what the engine needs when a guest goes wrong. A guest may exhaust the stack at any point, and a class whose initialiser is
     * struck by that can never be used again in this process.
     */
    static void preload() {
        List<RuntimeException> all = List.of(
                new ChicoryException("call stack exhausted", new StackOverflowError()),
                new ChicoryInterruptedException(""),
                new ExecutionCompletedException(""),
                new TrapException(""),
                new WasmRuntimeException(""),
                new InvalidException(""),
                new UninstantiableException(""),
                new GuestException(GuestException.Kind.TRAP, ""));
        if (all.isEmpty()) {
            throw new AssertionError();
        }
        StackProbe.demand();
    }

    /** Parses, validates and compiles to JVM code. Takes from tenths of a second to several seconds, and many times the module's size of heap. */
    static Compiled compile(ModuleScan.Shape shape) throws LoadException {
        try {
            WasmModule module =
                    Parser.builder().withCustomParsers(Map.of()).build().parse(shape.core());
            try {
                return new Compiled(module, compile(module, InterpreterFallback.FAIL), false);
            } catch (ChicoryException e) {
                // The likely reason is a function beyond the size of a JVM method; only the compiler knows, so ask it
                // again.
                return new Compiled(module, compile(module, InterpreterFallback.SILENT), true);
            }
        } catch (RuntimeException | LinkageError | AssertionError e) {
            throw new LoadException("the module is invalid: " + reason(e), e);
        } catch (StackOverflowError e) {
            throw new LoadException("the module is nested too deeply", e);
        } catch (OutOfMemoryError e) {
            throw new LoadException("the JVM's heap is too small to compile the module", e);
        }
    }

    private static Function<Instance, Machine> compile(WasmModule module, InterpreterFallback fallback) {
        return MachineFactoryCompiler.builder(module)
                .withInterpreterFallback(fallback)
                .compile();
    }

    private static String reason(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** A module ready to be instantiated. Any thread. */
    static final class Compiled {
        private final WasmModule module;
        private final Function<Instance, Machine> machine;
        private final boolean interpreted;

        private Compiled(WasmModule module, Function<Instance, Machine> machine, boolean interpreted) {
            this.module = module;
            this.machine = machine;
            this.interpreted = interpreted;
        }

        /** Whether some function of it is too large for the JVM and runs interpreted, some hundred times as slow. */
        boolean interpreted() {
            return interpreted;
        }

        /**
         * A new instance. Runs the module's start function, if it has one, but no exported one.
         *
         * @throws GuestException when its data does not fit or its start function fails; the memory has been closed then
         */
        Program instantiate(List<Import> imports, Memories memories) {
            ImportFunction[] functions = new ImportFunction[imports.size()];
            for (int i = 0; i < functions.length; i++) {
                functions[i] = imported(imports.get(i));
            }
            LinearMemory[] memory = new LinearMemory[1];
            boolean done = false;
            try {
                Instance instance = Instance.builder(module)
                        .withMachineFactory(machine)
                        .withTableFactory(Engine::table)
                        .withMemoryFactory(limits -> memory[0] = create(memories, limits))
                        .withImportValues(
                                ImportValues.builder().addFunction(functions).build())
                        .withStart(false)
                        .build();
                done = true;
                return new Program(instance, memory[0]);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw translate(e);
            } finally {
                if (!done && memory[0] != null) {
                    memory[0].close();
                }
            }
        }

        private static LinearMemory create(Memories memories, MemoryLimits limits) {
            return memories.create(limits.initialPages(), limits.maximumPages());
        }
    }

    /** One running instance. One thread at a time. */
    static final class Program {
        private final Instance instance;
        private final @Nullable LinearMemory memory;

        private Program(Instance instance, @Nullable LinearMemory memory) {
            this.instance = instance;
            this.memory = memory;
        }

        /** Null for a module without one. */
        @Nullable
        LinearMemory memory() {
            return memory;
        }

        /** An exported function; its existence and signature are known from {@link ModuleScan}. */
        Exported function(String name) {
            return new Exported(instance.export(name));
        }
    }

    /** A guest's function. One thread at a time, the instance's. */
    static final class Exported {
        private final ExportFunction function;

        private Exported(ExportFunction function) {
            this.function = function;
        }

        /**
         * Runs it to its end.
         *
         * @return its result, 0 without one
         * @throws GuestException when it trapped, was interrupted (CANCELLED) or a call of the host threw it
         */
        long call(long... arguments) {
            try {
                long[] results = function.apply(arguments);
                return results == null || results.length == 0 ? 0 : results[0];
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw translate(e);
            }
        }
    }

    private static GuestException translate(Throwable e) {
        return switch (e) {
            case GuestException own -> own;
            case ChicoryInterruptedException interrupted ->
                new GuestException(GuestException.Kind.CANCELLED, "the call was interrupted", interrupted);
            case WasmException uncaught ->
                new GuestException(GuestException.Kind.TRAP, "the function threw an exception", uncaught);
            case OutOfMemoryError memory ->
                new GuestException(GuestException.Kind.NO_MEMORY, "the JVM's heap is exhausted", memory);
            case StackOverflowError stack ->
                new GuestException(GuestException.Kind.TRAP, "call stack exhausted", stack);
            case ChicoryException trap -> new GuestException(GuestException.Kind.TRAP, reason(trap), trap);
            // Not a guest's doing, so its text is for nobody outside.
            default ->
                new GuestException(
                        GuestException.Kind.TRAP,
                        "the engine failed: " + e.getClass().getSimpleName(),
                        e);
        };
    }

    /** With limits of its own: the engine's table would grow the module's, which all instances share. */
    private static TableInstance table(Table table, int initial) {
        TableLimits limits =
                new TableLimits(table.limits().min(), Math.min(table.limits().max(), ModuleScan.TABLE_ENTRIES_MAX));
        return new TableInstance(new Table(table.elementType(), limits, table.initialize()), initial);
    }

    private static ImportFunction imported(Import function) {
        int colon = function.signature().indexOf(':');
        List<ValType> parameters = types(function.signature().substring(0, colon));
        List<ValType> results = types(function.signature().substring(colon + 1));
        boolean result = !results.isEmpty();
        Call call = function.call();
        return new ImportFunction(
                function.module(), function.name(), FunctionType.of(parameters, results), (instance, arguments) -> {
                    long value = call.run(arguments);
                    return result ? new long[] {value} : NOTHING;
                });
    }

    private static List<ValType> types(String letters) {
        List<ValType> types = new ArrayList<>(letters.length());
        for (int i = 0; i < letters.length(); i++) {
            types.add(
                    switch (letters.charAt(i)) {
                        case 'i' -> ValType.I32;
                        case 'I' -> ValType.I64;
                        case 'f' -> ValType.F32;
                        case 'F' -> ValType.F64;
                        default -> throw new IllegalArgumentException(letters);
                    });
        }
        return types;
    }
}
