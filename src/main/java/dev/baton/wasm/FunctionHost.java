package dev.baton.wasm;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs Wasm functions inside the sidecar. Modules are compiled once, each on its own, by one thread in the background; a module that cannot be
 * used is refused with its reason and leaves the others alone. Every call runs in an instance of its own on a guest thread.
 *
 * <p>Any thread, but {@link #tick} and {@link #close} not on an event loop.
 */
public final class FunctionHost implements AutoCloseable {
    private static final int NAME_MAX = 63;
    private static final long LOADER_STACK_BYTES = 4L << 20;
    private static final long CLOSE_MILLIS = 5_000;

    private final FunctionLimits limits;
    private final ObjectGateway gateway;
    private final FunctionObserver observer;
    private final InstantSource clock;
    private final LinearMemories memories;
    private final DeadlineWatch watch = new DeadlineWatch();
    private final GuestThreads threads;
    private final ModuleLoader loader;
    private final Map<String, GuestFunction> functions = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private volatile boolean unlisted;

    public FunctionHost(FunctionLimits limits, ObjectGateway gateway, FunctionObserver observer, InstantSource clock) {
        this.limits = limits;
        this.gateway = gateway;
        this.observer = observer;
        this.clock = clock;
        this.memories = new LinearMemories(
                limits.memoryPages(), limits.memoryBytes(), limits.warmBytes(), limits.warmIdle(), clock);
        this.threads = new GuestThreads(limits.threads(), limits.queued(), limits.stackBytes());
        this.loader = new ModuleLoader(limits, memories, watch);
    }

    /** A function as the admin endpoint shows it. {@code reason} is why it was refused. */
    public record Status(String name, FunctionState state, @Nullable String reason) {}

    /**
     * Takes every {@code *.wasm} of a folder; a function's name is its file's name without the ending. Returns when their names are known,
     * and compiles them in the background.
     *
     * @throws IOException when the folder cannot be listed
     */
    public void load(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.wasm")) {
            entries.forEach(files::add);
        }
        files.sort(Comparator.naturalOrder());
        List<GuestFunction> added = new ArrayList<>(files.size());
        for (Path file : files) {
            String fileName = String.valueOf(file.getFileName());
            added.add(add(fileName.substring(0, fileName.length() - ".wasm".length())));
        }
        loadInBackground(() -> {
            for (int i = 0; i < files.size() && !closed; i++) {
                Path file = files.get(i);
                load(added.get(i), () -> read(file), true);
            }
        });
    }

    /**
     * Takes what the user's program serves: {@code /functions.json}, a JSON array of name, path and sha256, and each of these modules.
     * Returns at once. What the program does not answer yet is asked for again, and {@link #ready} is false until then.
     *
     * @param program scheme, loopback address and port
     */
    public void load(URI program) {
        unlisted = true;
        loadInBackground(new ServedFunctions(this, program)::load);
    }

    private static void loadInBackground(Runnable loading) {
        // The JVM's default stack is a sidecar's, too small for parser, compiler and stack probe.
        Thread.ofPlatform()
                .daemon()
                .name("baton-wasm-loader")
                .stackSize(LOADER_STACK_BYTES)
                .start(loading);
    }

    /** Takes one module from memory, compiles it on this thread (which needs 1 MiB of stack or more) and returns when that has succeeded or failed; see {@link #functions}. */
    public void load(String name, byte[] module) {
        load(add(name), () -> module, false);
    }

    /** Whether every module has been compiled or refused. */
    public boolean ready() {
        if (unlisted) {
            return false;
        }
        for (GuestFunction function : functions.values()) {
            if (function.state() == FunctionState.LOADING) {
                return false;
            }
        }
        return true;
    }

    /** All functions by name. */
    public List<Status> functions() {
        List<Status> all = new ArrayList<>();
        functions.values().forEach(each -> all.add(new Status(each.name(), each.state(), each.reason())));
        all.sort(Comparator.comparing(Status::name));
        return all;
    }

    /** Calls from outside, by function. */
    public List<CallCounts> counts() {
        List<CallCounts> all = new ArrayList<>();
        functions.values().forEach(each -> all.add(each.counts()));
        return all;
    }

    /**
     * A glance at what is under way.
     *
     * @param calls calls from outside that run or wait for a thread
     * @param threads guest threads, idle ones included
     * @param instances all that have a memory
     * @param idleInstances of these, those that wait for a call
     */
    public record Figures(int calls, int threads, int instances, int idleInstances) {}

    public Figures figures() {
        int idle = 0;
        for (GuestFunction function : functions.values()) {
            idle += function.idle();
        }
        return new Figures(threads.calls(), threads.alive(), memories.figures().inUse(), idle);
    }

    /** Linear memory in use. */
    public MemoryFigures memory() {
        LinearMemories.Figures figures = memories.figures();
        return new MemoryFigures(
                figures.charged(), figures.budget(), figures.warm(), figures.reused(), figures.fresh());
    }

    /**
     * Linear memory of all functions.
     *
     * @param charged bytes that all functions' memories occupy at most, idle ones included
     * @param budget what they may occupy
     * @param warm of the charged, bytes that are idle
     * @param reused instances that got a used memory
     * @param fresh instances that got a fresh one
     */
    public record MemoryFigures(long charged, long budget, long warm, long reused, long fresh) {}

    /** Gives back memory and instances that have been idle for long. To be called every few seconds. Blocks for system calls. */
    public void tick() {
        long before = clock.millis() - limits.warmIdle().toMillis();
        functions.values().forEach(function -> function.drop(before));
        memories.trim();
    }

    /** Takes no more calls, waits up to 5 s for those that run, ends the others, and gives all memory back. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!threads.close(CLOSE_MILLIS)) {
                watch.cancelAll();
                threads.close(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dropIdle();
        memories.close();
        watch.close();
    }

    /** The names of all functions are known. */
    void listed() {
        unlisted = false;
    }

    GuestFunction add(String name) {
        GuestFunction function = new GuestFunction(name, this);
        if (!isName(name)) {
            refuse(function, "a function's name has 1 to " + NAME_MAX + " letters, digits, dots, dashes, underscores");
        }
        functions.put(name, function);
        return function;
    }

    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > NAME_MAX || name.startsWith(".")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean good = letter || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0;
            if (!good) {
                return false;
            }
        }
        return true;
    }

    /** Where a module's bytes come from. */
    @FunctionalInterface
    interface Source {
        byte[] bytes() throws IOException, LoadException;
    }

    /** @param inTime gives the compiler its time and not more: it cannot be stopped, but the others need not wait for it */
    void load(GuestFunction function, Source source, boolean inTime) {
        if (!inTime) {
            load(function, source);
            return;
        }
        Thread compiler = new Thread(null, () -> load(function, source), "baton-wasm-compiler", LOADER_STACK_BYTES);
        compiler.setDaemon(true);
        compiler.start();
        try {
            if (!compiler.join(limits.compile())) {
                refuse(
                        function,
                        "it was not compiled within " + limits.compile().toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            refuse(function, "the host ended before it was compiled");
        }
    }

    private byte[] read(Path file) throws IOException, LoadException {
        long size = Files.size(file);
        if (size > limits.moduleBytes()) {
            throw new LoadException("it has " + size + " bytes, more than " + limits.moduleBytes());
        }
        return Files.readAllBytes(file);
    }

    private void load(GuestFunction function, Source source) {
        if (function.state() == FunctionState.REFUSED) {
            return;
        }
        long start = System.nanoTime();
        try {
            Engine.preload();
            Guest.Module module = loader.load(source.bytes());
            long nanos = loader.trial(function, module);
            boolean again = !module.command() && nanos > limits.dearStart().toNanos();
            if (function.ready(module, again)) {
                observer.loaded(
                        function.name(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                        module.compiled().interpreted());
            }
        } catch (LoadException e) {
            refuse(function, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            refuse(function, "it cannot be read: " + e.getClass().getSimpleName());
        } catch (RuntimeException | Error e) {
            // Whatever it is, it is this module's doing, and the others are still to be loaded.
            refuse(function, "it cannot be loaded: " + e);
        }
    }

    void refuse(GuestFunction function, String reason) {
        if (function.refuse(reason)) {
            observer.refused(function.name(), reason);
        }
    }

    /** The function that a request's path names: {@code /<name>}, or {@code /} when there is just one. Null when there is none. */
    @Nullable
    GuestFunction route(String path) {
        int end = path.indexOf('?');
        String name = path.substring(path.startsWith("/") ? 1 : 0, end < 0 ? path.length() : end);
        if (name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty()) {
            return functions.size() == 1 ? functions.values().iterator().next() : null;
        }
        return functions.get(name);
    }

    @Nullable
    GuestFunction function(String name) {
        return functions.get(name);
    }

    /** Ends all idle instances; whether there were any. */
    boolean dropIdle() {
        boolean dropped = false;
        for (GuestFunction function : functions.values()) {
            dropped |= function.drop(Long.MAX_VALUE);
        }
        return dropped;
    }

    long now() {
        return clock.millis();
    }

    boolean closed() {
        return closed;
    }

    FunctionLimits limits() {
        return limits;
    }

    ObjectGateway gateway() {
        return gateway;
    }

    FunctionObserver observer() {
        return observer;
    }

    LinearMemories memories() {
        return memories;
    }

    GuestThreads threads() {
        return threads;
    }

    GuestClock newClock() {
        return new GuestClock(watch, limits.call());
    }
}
