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
 * @param folder where that command runs
 * @param inside the namespaces made for this run: the node's, the producer's, the consumer's; empty outside of them
 */
record Options(
        boolean netns,
        boolean json,
        boolean markdown,
        boolean serve,
        boolean terminal,
        @Nullable Path file,
        List<String> sidecar,
        Path folder,
        List<String> inside) {

    /** @throws UsageException if the arguments are none of ours */
    static Options parse(List<String> args) throws UsageException {
        boolean netns = false;
        boolean json = false;
        boolean markdown = false;
        boolean serve = false;
        boolean terminal = false;
        List<String> sidecar = new ArrayList<>();
        Path folder = Path.of("");
        List<String> inside = List.of();
        List<String> files = new ArrayList<>();
        boolean optionsEnded = false;
        for (String arg : args) {
            if (optionsEnded || !arg.startsWith("-") || arg.equals("-")) {
                files.add(arg);
            } else if (arg.startsWith("--sidecar=")) {
                sidecar.add(arg.substring("--sidecar=".length()));
            } else if (arg.startsWith("--folder=")) {
                folder = Path.of(arg.substring("--folder=".length()));
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
                folder.toAbsolutePath().normalize(),
                inside);
    }

    /** The arguments for the same run inside of these namespaces. */
    List<String> again(List<String> namespaces, Path input) {
        List<String> args =
                new ArrayList<>(List.of("--netns", "--folder=" + folder, "--inside=" + String.join(",", namespaces)));
        sidecar.forEach(word -> args.add("--sidecar=" + word));
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
