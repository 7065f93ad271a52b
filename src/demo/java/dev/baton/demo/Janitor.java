package dev.baton.demo;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Removes what a run has made: a small shell process that is told of each process, namespace and folder, and cleans up
 * when its input ends. That happens on every way out, {@code kill -9} of this JVM included. Any thread.
 */
final class Janitor implements Closeable {
    /**
     * Processes first: asked twice, because a sidecar takes the first request as the start of its drain and the second as
     * "now"; whoever is still there after six seconds is killed. Ctrl-C reaches the whole terminal's group, hence the trap.
     */
    private static final String SCRIPT =
            """
            trap '' INT TERM HUP
            processes='' namespaces='' folders=''
            while read -r verb what; do
                case $verb in
                    process) processes="$processes $what" ;;
                    ended) kept=''
                        for p in $processes; do [ "$p" = "$what" ] || kept="$kept $p"; done
                        processes=$kept ;;
                    namespace) namespaces="$namespaces $what" ;;
                    folder) folders="$what" ;;
                esac
            done
            left() { for p in $processes; do kill -0 "$p" && return 0; done; return 1; }
            for p in $processes; do kill -TERM "$p"; done
            left && sleep 0.2
            for p in $processes; do kill -TERM "$p"; done
            tries=0
            while left && [ $tries -lt 120 ]; do sleep 0.05; tries=$((tries + 1)); done
            for p in $processes; do kill -KILL "$p"; done
            for n in $namespaces; do ip netns delete "$n"; done
            [ -z "$folders" ] || rm -rf -- "$folders"
            """;

    private final Process shell;
    private final Writer orders;
    private boolean closed;

    Janitor() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", SCRIPT);
        String path = System.getenv().getOrDefault("PATH", "");
        builder.environment().put("PATH", path + ":/usr/sbin:/sbin:/usr/bin:/bin");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        this.shell = builder.start();
        this.orders = shell.outputWriter(StandardCharsets.UTF_8);
    }

    /** From now on this process ends with the run. */
    void process(Process process) throws IOException {
        tell("process " + process.pid());
        // A process id that is free again may soon be somebody else's.
        process.onExit().thenRun(() -> {
            try {
                tell("ended " + process.pid());
            } catch (IOException e) {
                // The janitor is at work already.
            }
        });
    }

    void namespace(String name) throws IOException {
        tell("namespace " + name);
    }

    /** The one folder of this run. */
    void folder(Path folder) throws IOException {
        tell("folder " + folder);
    }

    /** Cleans up and waits for it; at most about eight seconds. The second call only waits. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (!closed) {
                closed = true;
                orders.close();
            }
        }
        try {
            if (!shell.waitFor(15, TimeUnit.SECONDS)) {
                throw new IOException("the processes of this run do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tell(String order) throws IOException {
        if (closed) {
            throw new IOException("this run is ending");
        }
        orders.write(order + "\n");
        orders.flush();
    }
}
