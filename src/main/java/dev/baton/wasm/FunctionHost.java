package dev.baton.wasm;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs Wasm functions inside the sidecar. {@link FunctionLoader} makes them of modules; every call runs in an instance of its own on a guest thread.
 *
 * <p>Any thread, but {@link #tick} and {@link #close} not on an event loop.
 */
public final class FunctionHost implements AutoCloseable {
    private static final long CLOSE_MILLIS = 5_000;

    private final FunctionLimits limits;
    private final ObjectGateway gateway;
    private final FunctionObserver observer;
    private final InstantSource clock;
    private final LinearMemories memories;
    private final DeadlineWatch watch = new DeadlineWatch();
    private final GuestThreads threads;
    private final FunctionLoader loader;
    private final Map<String, GuestFunction> functions = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public FunctionHost(FunctionLimits limits, ObjectGateway gateway, FunctionObserver observer, InstantSource clock) {
        this.limits = limits;
        this.gateway = gateway;
        this.observer = observer;
        this.clock = clock;
        this.memories = new LinearMemories(
                limits.memoryPages(), limits.memoryBytes(), limits.warmBytes(), limits.warmIdle(), clock);
        this.threads = new GuestThreads(limits.threads(), limits.queued(), limits.stackBytes());
        this.loader = new FunctionLoader(this, new ModuleLoader(limits, memories, watch));
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
        loader.load(directory);
    }

    /**
     * Takes what the user's program serves: {@code /functions.json}, a JSON array of name, path and sha256, and each of these modules.
     * Returns at once. What the program does not answer yet is asked for again, and {@link #ready} is false until then.
     *
     * @param program scheme, loopback address and port
     */
    public void load(URI program) {
        loader.load(program);
    }

    /** Takes one module from memory, compiles it on this thread (which needs 1 MiB of stack or more) and returns when that has succeeded or failed; see {@link #functions}. */
    public void load(String name, byte[] module) {
        loader.load(name, module);
    }

    /** Whether every module has been compiled or refused. */
    public boolean ready() {
        if (!loader.listed()) {
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

    /** From now on it is found under its name. */
    void add(GuestFunction function) {
        functions.put(function.name(), function);
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
