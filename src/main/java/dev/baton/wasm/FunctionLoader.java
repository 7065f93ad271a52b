package dev.baton.wasm;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes a host's functions of modules, wherever these come from. Modules are compiled once, each on its own, by one thread in the background;
 * a module that cannot be used is refused with its reason and leaves the others alone. Any thread but an event loop.
 */
final class FunctionLoader {
    private static final int NAME_MAX = 63;
    private static final long LOADER_STACK_BYTES = 4L << 20;

    private final FunctionHost host;
    private final ModuleLoader modules;
    private volatile boolean unlisted;

    FunctionLoader(FunctionHost host, ModuleLoader modules) {
        this.host = host;
        this.modules = modules;
    }

    /** Every {@code *.wasm} of a folder. Returns when their names are known. */
    void load(Path directory) throws IOException {
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
            for (int i = 0; i < files.size() && !host.closed(); i++) {
                Path file = files.get(i);
                load(added.get(i), () -> read(file), true);
            }
        });
    }

    /** What the user's program serves. Returns at once. */
    void load(URI program) {
        unlisted = true;
        loadInBackground(new ServedFunctions(host, this, program)::load);
    }

    /** One module, which is compiled on this thread. */
    void load(String name, byte[] module) {
        load(add(name), () -> module, false);
    }

    /** Whether the names of all functions are known. */
    boolean listed() {
        return !unlisted;
    }

    /** The names of all functions are known. */
    void list() {
        unlisted = false;
    }

    private static void loadInBackground(Runnable loading) {
        // The JVM's default stack is a sidecar's, too small for parser, compiler and stack probe.
        Thread.ofPlatform()
                .daemon()
                .name("baton-wasm-loader")
                .stackSize(LOADER_STACK_BYTES)
                .start(loading);
    }

    GuestFunction add(String name) {
        GuestFunction function = new GuestFunction(name, host);
        if (!isName(name)) {
            refuse(function, "a function's name has 1 to " + NAME_MAX + " letters, digits, dots, dashes, underscores");
        }
        host.add(function);
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
            if (!compiler.join(host.limits().compile())) {
                refuse(
                        function,
                        "it was not compiled within " + host.limits().compile().toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            refuse(function, "the host ended before it was compiled");
        }
    }

    private byte[] read(Path file) throws IOException, LoadException {
        long size = Files.size(file);
        if (size > host.limits().moduleBytes()) {
            throw new LoadException(
                    "it has " + size + " bytes, more than " + host.limits().moduleBytes());
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
            Guest.Module module = modules.load(source.bytes());
            long nanos = modules.trial(function, module);
            boolean again =
                    !module.command() && nanos > host.limits().dearStart().toNanos();
            if (function.ready(module, again)) {
                host.observer()
                        .loaded(
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
            host.observer().refused(function.name(), reason);
        }
    }
}
