package dev.baton.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the main job was asked to do.
 *
 * @param terminal standard output is a terminal: show progress
 * @param file the input; null means the JDK's own {@code lib/modules}
 * @param sidecar the command that starts a sidecar
 * @param wasmSidecar the command that starts one for functions in Wasm; the same unless there is another
 * @param folder where these commands run
 * @param modules the folder with functions in Wasm
 * @param expectations paths that steps must take
 * @param inside the namespaces made for this run: the node's, then each pod's; empty outside of them
 */
record Options(
        boolean netns,
        boolean json,
        boolean markdown,
        boolean serve,
        boolean terminal,
        @Nullable Path file,
        List<String> sidecar,
        List<String> wasmSidecar,
        Path folder,
        Path modules,
        List<Expectation> expectations,
        List<String> inside) {
    private static final Path SAMPLES = Path.of("src", "main", "guest", "wasm");

    /** @throws UsageException if the arguments are none of ours */
    static Options parse(List<String> args) throws UsageException {
        boolean netns = false;
        boolean json = false;
        boolean markdown = false;
        boolean serve = false;
        boolean terminal = false;
        List<String> sidecar = new ArrayList<>();
        List<String> wasmSidecar = new ArrayList<>();
        Path folder = Path.of("");
        Path modules = SAMPLES;
        List<Expectation> expectations = new ArrayList<>();
        List<String> inside = List.of();
        List<String> files = new ArrayList<>();
        boolean optionsEnded = false;
        for (String arg : args) {
            if (optionsEnded || !arg.startsWith("-") || arg.equals("-")) {
                files.add(arg);
            } else if (arg.startsWith("--sidecar=")) {
                sidecar.add(arg.substring("--sidecar=".length()));
            } else if (arg.startsWith("--wasm-sidecar=")) {
                wasmSidecar.add(arg.substring("--wasm-sidecar=".length()));
            } else if (arg.startsWith("--folder=")) {
                folder = Path.of(arg.substring("--folder=".length()));
            } else if (arg.startsWith("--modules=")) {
                modules = Path.of(arg.substring("--modules=".length()));
            } else if (arg.startsWith("--expect=")) {
                expectations.add(expectation(arg.substring("--expect=".length())));
            } else if (arg.startsWith("--inside=")) {
                inside = List.of(arg.substring("--inside=".length()).split(","));
            } else {
                switch (arg) {
                    case "--netns" -> netns = true;
                    case "--json" -> json = true;
                    case "--markdown" -> markdown = true;
                    case "--serve" -> serve = true;
                    case "--terminal" -> terminal = true;
                    case "--" -> optionsEnded = true;
                    default -> throw new UsageException("unknown option " + arg);
                }
            }
        }
        if (files.size() > 1) {
            throw new UsageException("one FILE, not " + files.size());
        }
        if (json && markdown) {
            throw new UsageException("--json or --markdown, not both");
        }
        Path file = files.isEmpty() ? null : Path.of(files.getFirst());
        return new Options(
                netns,
                json,
                markdown,
                serve,
                terminal,
                file,
                List.copyOf(sidecar),
                List.copyOf(wasmSidecar.isEmpty() ? sidecar : wasmSidecar),
                folder.toAbsolutePath().normalize(),
                modules.toAbsolutePath().normalize(),
                List.copyOf(expectations),
                inside);
    }

    private static Expectation expectation(String text) throws UsageException {
        Expectation expectation = Expectation.parse(text);
        if (expectation == null) {
            throw new UsageException("--expect=STEP=PATH, such as --expect=2=splice, not " + text);
        }
        return expectation;
    }

    /** The arguments for the same run inside of these namespaces. */
    List<String> again(List<String> namespaces, Path input) {
        List<String> args =
                new ArrayList<>(List.of("--netns", "--folder=" + folder, "--inside=" + String.join(",", namespaces)));
        args.add("--modules=" + modules);
        sidecar.forEach(word -> args.add("--sidecar=" + word));
        wasmSidecar.forEach(word -> args.add("--wasm-sidecar=" + word));
        expectations.forEach(expectation -> args.add("--expect=" + expectation));
        if (json) {
            args.add("--json");
        }
        if (markdown) {
            args.add("--markdown");
        }
        if (serve) {
            args.add("--serve");
        }
        if (terminal) {
            args.add("--terminal");
        }
        args.addAll(List.of("--", input.toString()));
        return args;
    }

    /** The command line cannot be followed; the message is one line for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }
}
